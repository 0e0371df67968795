// Package safetext makes text that anyone may have written harmless to whoever reads
// it: on a terminal, in a mail, in a notice or in a spreadsheet. It imports the
// standard library only.
package safetext

import (
	"unicode"
	"unicode/utf8"
)

// ignorable are characters that are not shown but change what is: control,
// direction and zero-width characters, separators of lines, tags, and bytes that
// are no character. Signs that Arabic and Indic scripts write before a number are
// formats by name only, and shown.
func ignorable(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// joined are the scripts whose words need zero-width joiners, and emoji.
var joined = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
	unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala,
	unicode.Khmer, unicode.Myanmar, unicode.So, unicode.Sk,
}

const (
	nonJoiner, joiner = '\u200c', '\u200d'
	text, emoji       = '\ufe0e', '\ufe0f' // selectors of how a symbol looks
	keycap            = '\u20e3'
)

// hidden reports whether r, which stands between before and after, is not shown but
// changes what is. Joiners within words and emoji, and one selector after what has
// several looks, are part of how a name is written.
func hidden(before, r, after rune) bool {
	switch {
	case r >= ' ' && r <= '~':
		return false
	case r == nonJoiner || r == joiner:
		return !joins(after) || !joins(before) && before != emoji
	case r == text || r == emoji:
		return !unicode.In(before, unicode.So, unicode.Sm) && after != keycap
	case unicode.Is(unicode.Variation_Selector, r) && unicode.Is(unicode.Han, before):
		return false
	}
	return ignorable(r)
}

// joins reports whether a joiner beside r is a part of a word or an emoji.
func joins(r rune) bool { return unicode.In(r, joined...) && !ignorable(r) }

// Hides reports whether s has a character that is not shown but changes what is,
// or a byte that is no character.
func Hides(s string) bool {
	found := false
	each(s, func(_ rune, hidden bool) bool {
		found = hidden
		return !hidden
	})
	return found || !utf8.ValidString(s)
}

// each calls fn for the characters of s until it returns false. Bytes that are no
// character are U+FFFD, which is shown. A hidden character is next to nothing.
func each(s string, fn func(r rune, hidden bool) bool) {
	before := rune(0)
	for i, size := 0, 0; i < len(s); i += size {
		var r, after rune
		r, size = utf8.DecodeRuneInString(s[i:])
		if i+size < len(s) {
			after, _ = utf8.DecodeRuneInString(s[i+size:])
		}
		h := hidden(before, r, after)
		if !fn(r, h) {
			return
		}
		if before = r; h {
			before = 0
		}
	}
}
