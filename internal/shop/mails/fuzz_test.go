package mails

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/money"
	"github.com/payhooks/payhooks/internal/safetext"
)

var hostileTexts = []string{
	"A-17", "", "<script>alert(1)</script>", `" onmouseover="x`, "{{.Shop}}", "a\r\nBcc: victim@example.com\r\n\r\nAmount: 0.01 USD",
	"\u202e\u2066\u200b\ufeff\u2028\x1b[2J\u009b\U000e0041x", "x\xff\xed\xa0\x80", "visit https://evil.example now", "evil.example", "javascript:alert(1)",
	"call +1 800 555 0100", "שלום", "👩\u200d💻", strings.Repeat("10 KB ", 200), strings.Repeat("x", 190) + " evil.example", "<!--", "]]>", "&lt;img src=x&gt;", "'><a href=//evil>",
}

var (
	tag   = regexp.MustCompile(`<[^>]*>`)
	style = regexp.MustCompile(`(?s)<style>.*</style>`)
)

// shownIn is the text of a page.
func shownIn(page string) string {
	return html.UnescapeString(tag.ReplaceAllString(style.ReplaceAllString(page, " "), " "))
}

// skeleton are the tags of a page, with all their attributes.
func skeleton(page, link string) []string {
	if link != "" {
		page = strings.ReplaceAll(page, `href="`+html.EscapeString(link)+`"`, `href=""`)
	}
	return tag.FindAllString(page, -1)
}

// hostile is a notice in which others wrote everything that they can.
func hostile(kind, s, status string) notice {
	return notice{
		kind: kind, key: kind + "/" + s, event: "evt_1", at: noon, livemode: true, payment: s, reference: s,
		amount: money.Amount{Minor: 1000, Currency: "usd"}, card: means(&facts.Charge{Brand: s, Last4: s}), reason: s, code: s, payLink: webPage(s), receiptLink: stripePage(s), status: status,
	}
}

// Whatever others write, a mail has the lines and the tags of our template, and no
// link but ours.
func FuzzMail(f *testing.F) {
	for _, s := range hostileTexts {
		f.Add(s)
	}
	s := Sender{Settings: always, Now: func() time.Time { return noon }}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []string{kindReceipt, kindFailed, kindRefund, kindTrial, kindDispute} {
			n := hostile(kind, text, text)
			n.customer = text
			shown := func(v string) string {
				if value(v, longestValue) == "" {
					return ""
				}
				return "x"
			}
			tame := n
			tame.payment, tame.reference, tame.reason = shown(n.payment), shown(n.reference), shown(n.reason)
			tame.card = method{shown(n.card.name), shown(n.card.last4)}
			for _, w := range languages() {
				got, err := s.render(n, "jenny@example.com", w)
				if err != nil {
					t.Fatal(err)
				}
				want, err := s.render(tame, "jenny@example.com", w)
				if err != nil {
					t.Fatal(err)
				}
				link := s.payPage(n)
				checkMail(t, got, want, link)
				checkText(t, s, n, link, w)
			}
		}
	})
}

func checkMail(t *testing.T, got, want mail.Mail, link string) {
	t.Helper()
	if strings.Count(got.Text, "\n") != strings.Count(want.Text, "\n") || strings.ContainsAny(got.Subject, "\r\n") {
		t.Errorf("others added lines to\n%q\n%q", got.Subject, got.Text)
	}
	if has, expected := skeleton(got.HTML, link), skeleton(want.HTML, link); !slices.Equal(has, expected) {
		t.Errorf("the tags are\n%q\nexpected\n%q", has, expected)
	}
	for _, part := range []string{got.Subject, got.Text, shownIn(got.HTML), got.Reference} {
		part = strings.NewReplacer("\n", " ").Replace(part)
		if safetext.Hides(part) || utf8.RuneCountInString(part) > 3000 {
			t.Errorf("hidden or endless characters in %q", part)
		}
	}
	for _, part := range []string{got.Subject, got.Text, shownIn(got.HTML)} {
		if safetext.Unlinked(without(part, link)) == "" {
			t.Errorf("a link of others is in %q", part)
		}
	}
}

// without is s without the link, and with a space after each of our Japanese sentences: they have
// none, and look like a domain.
func without(s, link string) string {
	s = strings.ReplaceAll(s, "。", "。 ")
	if link == "" {
		return s
	}
	return strings.ReplaceAll(s, link, "")
}

func checkText(t *testing.T, s Sender, n notice, link string, w language) {
	t.Helper()
	if !texted[n.kind] {
		return
	}
	words := s.words(n, w)
	if safetext.Hides(words) || utf8.RuneCountInString(words) > 1000 || strings.Contains(words, "\n") || safetext.Unlinked(without(words, link)) == "" {
		t.Errorf("the text message is %q", words)
	}
}

func TestRow70NamedAddressOrListIsNoCustomersAddress(t *testing.T) {
	for _, s := range []string{
		"Our Bank <jenny@example.com>", "jenny@example.com (Our Bank)", "a@b, c@d", `"a@evil.example,b"@example.com`, "x: a@b;", "a@[10.0.0.1]", "a@b\r\nBcc: c@d", "a\u202e@b",
	} {
		if a := usable(s); a != "" {
			t.Errorf("%q is the address %q", s, a)
		}
	}
	if a := usable(" jenny@example.com"); a != "jenny@example.com" {
		t.Errorf("an address is %q", a)
	}
}

// A customer's address is one address, and nothing besides.
func FuzzAddress(f *testing.F) {
	for _, s := range append(hostileTexts, "jenny@example.com", "Jenny <jenny@example.com>", `"a@evil.example,b"@example.com`, "a@b, c@d", "a@[10.0.0.1]", "a@b(c)", "x@müller.example") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a := usable(s)
		if a == "" {
			return
		}
		if safetext.Hides(a) || strings.Count(a, "@") != 1 || strings.ContainsAny(a, " ,;:<>()[]\"\\\r\n\t") || len(a) > 320 || a != strings.TrimSpace(s) {
			t.Errorf("%q is the address %q", s, a)
		}
	})
}
