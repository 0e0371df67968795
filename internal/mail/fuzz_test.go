package mail

import (
	"mime"
	netmail "net/mail"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/payhooks/payhooks/internal/safetext"
)

// Whatever a mail is made of, each header is one line of ASCII, and the subject one
// line that hides nothing. An address is one, and reads back as itself.
func FuzzMailHeaders(f *testing.F) {
	for _, s := range []string{
		"A-17", "", "a\r\nBcc: victim@example.com", "=?utf-8?q?x=0D=0ABcc:_y?=", "=\u200b?utf-8?q?x=0D=0ABcc:_y?=", "\u202e\u2028\x00\x1b\u009b", "x\xff", strings.Repeat("📚", 5000), `"a@evil.example,b"@example.com`,
		"a@example.com, b@example.com", "Jenny <jenny@example.com>", "group: a@b, c@d;", "a@[10.0.0.1]", "jenny@example.com",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := Mail{To: "jenny@example.com", From: "shop@example.com", Subject: s, Text: "x", Kind: s, Event: s, Key: s, Reference: s}
		in, err := m.request()
		if err != nil {
			t.Fatal(err)
		}
		if got := in.Content.Simple.Subject.Data; safetext.Hides(got) || utf8.RuneCountInString(got) > maxSubject {
			t.Errorf("subject %q", got)
		}
		for _, h := range in.Content.Simple.Headers {
			if len(h.Value)+len(h.Name) > 996 || strings.ContainsFunc(h.Value, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Errorf("header %s: %q", h.Name, h.Value)
			}
			if back, err := new(mime.WordDecoder).DecodeHeader(h.Value); err != nil || safetext.Hides(back) {
				t.Errorf("header %s reads back as %q, %v", h.Name, back, err)
			}
		}
		m.To, m.From = s, s
		in, err = m.request()
		if err != nil {
			return
		}
		to := in.Destination.ToAddresses
		if all, err := netmail.ParseAddressList(to[0]); err != nil || len(to) != 1 || len(all) != 1 || all[0].Address != to[0] || strings.ContainsAny(to[0], `,;"\ []`) {
			t.Errorf("%q goes to %q, which reads as %v, %v", s, to, all, err)
		}
		if from := in.FromEmailAddress; strings.ContainsFunc(from, func(r rune) bool { return r < ' ' }) {
			t.Errorf("%q is from %q", s, from)
		}
	})
}
