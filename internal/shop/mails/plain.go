package mails

import (
	"strings"
	"unicode"
)

// longestValue is more than any honest value; a text has no room for others.
const longestValue = 200

// oneLine keeps what others wrote from changing the rest of a text: it adds no
// lines, does not turn the direction of writing and hides nothing.
func oneLine(s string) string {
	return clip(strings.Join(strings.Fields(strings.Map(shown, s)), " "), longestValue)
}

// shown drops the characters that are not seen but change what is, or how a
// filter reads it: control, direction and zero-width characters.
func shown(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return -1
	}
	return r
}

// clip is s, cut to so many characters.
func clip(s string, longest int) string {
	if r := []rune(s); len(r) > longest {
		return string(r[:longest-1]) + "…"
	}
	return s
}
