package notice

import (
	"html"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/payhooks/payhooks/internal/safetext"
)

func seed(f *testing.F) {
	for _, s := range []string{
		"On hold: pi_1", "", "<!channel> <@U1> <https://evil.example|our bank>", "@here @channel & &lt;", "a\r\nb", "\u202e\u2028\x00\x1b\u009b\U000e0041", "x\xff",
		strings.Repeat("ü", 5000), strings.Repeat("x ", 5000), " \t=x",
	} {
		f.Add(s)
	}
}

// A subject is what SNS takes.
func FuzzSubject(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		got := subject(s)
		if len(got) >= maxSubject || strings.TrimSpace(got) != got || strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q is the subject %q", s, got)
		}
	})
}

// No text is a link or a mention in Slack, or a line where we have none.
func FuzzSlack(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		got := markup(Notice{Subject: s, Text: s})
		if strings.ContainsAny(got, "<>@") || safetext.Hides(strings.ReplaceAll(got, "\n", "")) {
			t.Errorf("%q is %q", s, got)
		}
		if i := strings.Index(strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(got), "&"); i >= 0 {
			t.Errorf("%q has a sign that is not escaped: %q", s, got)
		}
		read := html.UnescapeString(got)
		if strings.Count(got, "\n") > 1+strings.Count(s, "\n") || utf8.RuneCountInString(read) > maxSubject+maxText+3 {
			t.Errorf("%q is %d characters: %q", s, utf8.RuneCountInString(read), got)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) {
			t.Errorf("%q", got)
		}
	})
}
