package safetext_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/payhooks/payhooks/internal/safetext"
)

// names are shown as they are written, wherever that is.
var names = []string{
	"Müller & Söhne", "O'Brien", "שרה כהן", "محمد", "می\u200cخواهم", "क्\u200dष", "ශ්\u200dරී", "葛\U000e0100城", "日本太郎", "Nguyễn",
	"👩\u200d💻", "👩🏽\u200d💻", "❤\ufe0f\u200d🔥", "1\ufe0f\u20e3", "🏳\ufe0f\u200d🌈", "\u0600١٢",
}

// masked are characters that are hidden where no name has them.
var masked = []rune{
	0, 7, 8, '\r', 0x1b, 0x7f, 0x80, 0x85, 0x9b, 0x9f, 0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f,
	0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2060, 0x2061, 0x2064, 0x2066, 0x2067, 0x2068, 0x2069, 0x206f, 0x3164, 0xfe0f,
	0xfeff, 0xffa0, 0xfff9, 0x1d173, 0xe0001, 0xe0041, 0xe007f, 0xe0100, 0xe01ef,
}

// harmless fails if s has anything that a reader does not see. It judges each
// character alone but for what names and emoji need.
func harmless(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) || safetext.Hides(strings.NewReplacer("\n", "", "\t", "").Replace(s)) {
		t.Errorf("hidden characters in %+q", s)
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || r == 0x2028 || r == 0x2029 || r == 0x200b || r == 0xfeff {
			t.Errorf("%U in %+q", r, s)
		}
	}
}

func TestHiddenCharactersAreEscapedOrDropped(t *testing.T) {
	for _, r := range masked {
		s := "a" + string(r) + "b"
		if !safetext.Hides(s) {
			t.Errorf("%U hides nothing", r)
		}
		escaped := safetext.Escape(s)
		harmless(t, escaped)
		var back string
		if err := json.Unmarshal([]byte(`"`+escaped+`"`), &back); err != nil || back != s || !strings.Contains(escaped, `\u`) {
			t.Errorf("%U: %q reads as %+q, %v", r, escaped, back, err)
		}
		line := safetext.Line(s, 10)
		if harmless(t, line); line != "ab" && line != "a b" {
			t.Errorf("%U: line %+q", r, line)
		}
	}
	// The mark of Arabic is of a script that has joiners, and is hidden.
	if got := safetext.Escape("ی\u200c\u061c"); got != `ی\u200c\u061c` {
		t.Errorf("got %+q", got)
	}
	for _, s := range []string{"a\xff", "\xed\xa0\x80", "\xc3"} {
		if !safetext.Hides(s) || !utf8.ValidString(safetext.Escape(s)) || !utf8.ValidString(safetext.Line(s, 10)) {
			t.Errorf("%q is not text, and passes", s)
		}
	}
}

func TestNamesOfAllScriptsAndEmojiStayAsTheyAre(t *testing.T) {
	for _, s := range names {
		if safetext.Hides(s) || safetext.Escape(s) != s || safetext.Line(s, 100) != s {
			t.Errorf("%q becomes %q and %q", s, safetext.Escape(s), safetext.Line(s, 100))
		}
	}
	if got := safetext.Escape("a\n\tb"); got != "a\n\tb" {
		t.Errorf("our own layout becomes %q", got)
	}
}

func TestLineIsOneLineOfLimitedLength(t *testing.T) {
	if got := safetext.Line(" a\r\n\tb\u2028c\u00a0d\v", 100); got != "a b c d" {
		t.Errorf("got %q", got)
	}
	if got := safetext.Line(strings.Repeat("é", 10<<10), 5); got != "éééé…" {
		t.Errorf("got %q", got)
	}
	if got := safetext.Clip("👩\u200d💻👩", 3); got != "👩…" {
		t.Errorf("got %+q", got)
	}
	if got := safetext.Clip("11\ufe0f\u20e3", 3); got != "11…" {
		t.Errorf("got %+q", got)
	}
	if got := safetext.Lines("a\nb\u202e\r\nc", 100); got != "a\nb \nc" {
		t.Errorf("got %q", got)
	}
}

func TestWhatMailProgramsLinkIsLeftOut(t *testing.T) {
	for _, s := range []string{
		"see https://evil.example", "HTTP://1.2.3.4", "evil.example", "evil.example/path", "www evil", "a@b", "a＠b", "mailto:x", "tel:+1", "javascript:alert(1)",
		"evil。example", "evil．com.", "ftp:/x", `file:\\x`, "пример.рф", "xn--a.xn--p1ai", "buy at evil.com now", "[x].com",
	} {
		if got := safetext.Unlinked(s); got != "" {
			t.Errorf("%q stays %q", s, got)
		}
	}
	for _, s := range []string{"A-17", "ORDER_1", "2026/17", "2026.11.22-17", "Auftrag №7", "No. 17", "Order: 5", "Your card was declined. Try another.", "v1.B"} {
		if got := safetext.Unlinked(s); got != s {
			t.Errorf("%q becomes %q", s, got)
		}
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	for _, s := range []string{
		"=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\ufeff=1", "\u200b=1", "\u00a0=1", "＝1", "＋1", "－1", "＠x", "|x", "%x", "\x00=1", "\u202e=1",
	} {
		if got := safetext.Cell(s); !strings.HasPrefix(got, "'") {
			t.Errorf("%q is the cell %q", s, got)
		}
	}
	for _, s := range []string{"", "eur", "acct_1", "a=b", "1"} {
		if got := safetext.Cell(s); got != s {
			t.Errorf("%q is the cell %q", s, got)
		}
	}
}
