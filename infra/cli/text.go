package cli

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text makes a text that anyone may have written safe for a terminal: control
// characters other than newline and tab, and those that change the direction of
// writing, become escapes such as \u202e, which are visible. Every output of a
// command passes it, except bytes that --raw asks for.
func Text(s string) string {
	return escape(s, func(r rune) bool { return r != '\n' && r != '\t' && hidden(r) }, `\u%04x`)
}

// Line is Text in one line, for a cell of a table or the value of a field.
func Line(s string) string {
	return Text(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == '\r' {
			return ' '
		}
		return r
	}, s))
}

// Clip is Line with at most n characters.
func Clip(s string, n int) string {
	s = Line(s)
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// hidden reports whether a character is not shown but changes what is.
func hidden(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == '\ufeff':
		return true
	}
	return unicode.Is(unicode.Bidi_Control, r)
}

// escape writes the characters that hide selects in the format. Bytes that are
// no character become U+FFFD.
func escape(s string, hide func(rune) bool, format string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, hide) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hide(r) {
			fmt.Fprintf(&b, format, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
