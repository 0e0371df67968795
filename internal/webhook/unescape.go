package webhook

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/payhooks/payhooks/internal/rawjson"
)

// unescape appends to text what is between the quotes of a valid JSON string, which is
// UTF-8. It is never longer.
func unescape(text, raw []byte) []byte {
	text = grow(text, len(raw))
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return append(text, raw...)
		}
		text = append(text, raw[:i]...)
		if c := raw[i+1]; c != 'u' {
			text, raw = append(text, rawjson.Escaped(c)), raw[i+2:]
			continue
		}
		r, size := escapedRune(raw[i:])
		text, raw = utf8.AppendRune(text, r), raw[i+size:]
	}
}

// escapedRune reads the \u at the start of raw, and the one after it if they are a pair.
// Half a pair stands for what is no character.
func escapedRune(raw []byte) (r rune, size int) {
	if r = hex4(raw); !utf16.IsSurrogate(r) {
		return r, 6
	}
	if r = utf16.DecodeRune(r, hex4(raw[6:])); r == utf8.RuneError {
		return r, 6
	}
	return r, 12
}

// hex4 returns the code unit of the \u at the start of raw, -1 if it begins with something
// else.
func hex4(raw []byte) rune {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return -1
	}
	n, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}
