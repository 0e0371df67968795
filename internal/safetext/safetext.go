package safetext

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Escape makes s safe for a terminal, which acts on what it does not show: hidden
// characters other than newline and tab become escapes such as \u202e, which are
// visible. They are those of JSON, so that JSON keeps its values.
func Escape(s string) string {
	if shownOnly(s) {
		return s
	}
	var b strings.Builder
	each(s, func(r rune, hidden bool) bool {
		switch {
		case !hidden || r == '\n' || r == '\t':
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		return true
	})
	return b.String()
}

// shownOnly finds the ASCII that needs no escape.
func shownOnly(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < ' ' || c > '~') && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// Line is s in one line of at most limit characters, without those that are
// hidden: it adds no lines, does not turn the direction of writing and hides
// nothing.
func Line(s string, limit int) string {
	return Clip(strings.Join(strings.Fields(drop(s, unicode.IsSpace)), " "), limit)
}

// Lines is s without the characters that are hidden, cut to limit characters. It
// keeps the newlines, which are ours.
func Lines(s string, limit int) string {
	return Clip(drop(s, func(r rune) bool { return r != '\n' && unicode.IsSpace(r) }), limit)
}

// drop leaves out hidden characters; newline and what space selects stay as spaces.
func drop(s string, space func(rune) bool) string {
	var b strings.Builder
	each(s, func(r rune, hidden bool) bool {
		switch {
		case space(r):
			b.WriteByte(' ')
		case !hidden || r == '\n':
			b.WriteRune(r)
		}
		return true
	})
	return b.String()
}

// Clip is s, cut to so many characters. A joiner or selector at the cut goes with
// what it joined.
func Clip(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:limit-1]), string([]rune{nonJoiner, joiner, text, emoji})) + "…"
}

// link is what mail programs turn into a link: an address with a scheme, a mail
// address, a domain. Some write a domain's dots otherwise.
var link = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*:[/\\]|\b(mailto|tel|sms|facetime|javascript|data|callto|skype):|[@＠]|\bwww\b|` +
		`[\pL\pN\])-][.。．｡․](xn--|\pL[\pL\pM]+([^\pL\pM\pN-]|$))`)
})

// Unlinked is s, or nothing if a mail program would turn a part of it into a link.
func Unlinked(s string) string {
	if link().MatchString(s) {
		return ""
	}
	return s
}

// Cell is a text for a spreadsheet, which takes one that begins with one of a few
// signs for a formula. Numbers are no texts: a negative one stays as it is.
func Cell(s string) string {
	s = Line(s, maxCell)
	if first := strings.TrimLeftFunc(s, unicode.IsSpace); first != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(first)[0]) {
		return "'" + s
	}
	return s
}

// maxCell is below what a spreadsheet's cell holds, 32,767 characters.
const maxCell = 1000
