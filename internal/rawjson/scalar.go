package rawjson

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math/bits"
	"unicode/utf8"
)

// peek moves to the next byte that is not white space and returns it, or 0 at the end.
func (r *Reader) peek() byte {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; c {
		case ' ', '\n', '\r', '\t':
			r.at++
		default:
			return c
		}
	}
	return 0
}

func (r *Reader) fail() { r.bad, r.at = true, len(r.text) }

// take reads c.
func (r *Reader) take(c byte) {
	if r.peek() != c {
		r.fail()
		return
	}
	r.at++
}

// quoted reads the string that begins here and returns what is between its quotes.
func (r *Reader) quoted() []byte {
	from := r.at + 1
	for i := from; i < len(r.text); {
		if i+8 <= len(r.text) {
			if n := Plain(binary.LittleEndian.Uint64(r.text[i:])); n > 0 {
				i += n
				continue
			}
		}
		switch c := r.text[i]; {
		case c == '"':
			r.at = i + 1
			return r.text[from:i]
		case c < ' ':
			r.fail()
			return nil
		case c == '\\':
			n := Escape(r.text[i:])
			if n == 0 {
				r.fail()
				return nil
			}
			i += n
		default:
			i++
		}
	}
	r.fail()
	return nil
}

// Plain returns how many of the eight bytes, first to last, are neither a quotation mark, a
// backslash nor a control character.
func Plain(x uint64) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	// Changing the second bit swaps the quotation mark with the space, and control characters
	// among themselves. The lowest bit set is exact: a borrow spreads upwards only.
	control, slash := x^2*ones, x^'\\'*ones
	hit := (control-('!'*ones))&^x | (slash-ones)&^slash
	return bits.TrailingZeros64(hit&highs) / 8
}

// Escape returns the length of the escape sequence at the start of b, 0 if it is none.
func Escape(b []byte) int {
	switch {
	case len(b) > 1 && escapes[b[1]] != 0:
		return 2
	case len(b) > 5 && b[1] == 'u' && hexadecimal(b[2]) && hexadecimal(b[3]) && hexadecimal(b[4]) && hexadecimal(b[5]):
		return 6
	}
	return 0
}

// escapes are the characters that a backslash and a letter stand for.
var escapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// Escaped is the character that a backslash and c stand for, 0 if they are no escape
// sequence. Four hexadecimal digits follow a u.
func Escaped(c byte) byte { return escapes[c] }

func hexadecimal(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

// unquote returns the text that is written as raw between quotation marks.
func unquote(raw []byte) []byte {
	at := bytes.IndexByte(raw, '\\')
	switch {
	case !utf8.Valid(raw), at >= 0 && bytes.Contains(raw, []byte(`\u`)):
		var text string
		_ = json.Unmarshal(append(append([]byte{'"'}, raw...), '"'), &text) // it was held to the grammar
		return []byte(text)
	case at < 0:
		return raw
	}
	text := make([]byte, 0, len(raw))
	for ; at >= 0; at = bytes.IndexByte(raw, '\\') {
		text = append(append(text, raw[:at]...), escapes[raw[at+1]])
		raw = raw[at+2:]
	}
	return append(text, raw...)
}

// scalar reads a value that is no string and no container.
func (r *Reader) scalar() {
	from := r.at
	for r.at < len(r.text) && within[r.text[r.at]] {
		r.at++
	}
	switch text := r.text[from:r.at]; string(text) {
	case "true", "false", "null":
	default:
		if !number(text) {
			r.fail()
		}
	}
}

// within are the characters of numbers and of true, false and null.
var within = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'-': true, '+': true, '.': true, 'e': true, 'E': true,
	't': true, 'r': true, 'u': true, 'f': true, 'a': true, 'l': true, 's': true, 'n': true,
}

// number reports whether text is one by JSON's grammar.
func number(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("-"))
	whole := digits(text)
	if whole == 0 || whole > 1 && text[0] == '0' {
		return false
	}
	if text = text[whole:]; len(text) > 0 && text[0] == '.' {
		n := digits(text[1:])
		if n == 0 {
			return false
		}
		text = text[1+n:]
	}
	if len(text) > 1 && text[0]|0x20 == 'e' {
		if text = text[1:]; text[0] == '+' || text[0] == '-' {
			text = text[1:]
		}
		n := digits(text)
		return n > 0 && n == len(text)
	}
	return len(text) == 0
}

// digits is how many text begins with.
func digits(text []byte) int {
	for i, c := range text {
		if c < '0' || c > '9' {
			return i
		}
	}
	return len(text)
}
