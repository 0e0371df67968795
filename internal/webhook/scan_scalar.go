package webhook

import (
	"encoding/binary"
	"encoding/json"
	"math/bits"
	"strconv"
)

// key consumes a key of an object and its colon.
func (s *scanner) key() (raw []byte, escaped bool) {
	if s.peek() != '"' {
		s.fail(NotJSON)
		return nil, false
	}
	raw, escaped = s.text()
	s.take(':')
	return raw, escaped
}

// text consumes a string and returns what is between its quotes.
func (s *scanner) text() (raw []byte, escaped bool) {
	start := s.i + 1
	for i := start; i < len(s.b); {
		if i+8 <= len(s.b) {
			if n := plain(binary.LittleEndian.Uint64(s.b[i:])); n > 0 {
				i += n
				continue
			}
		}
		switch c := s.b[i]; {
		case c == '"':
			s.i = i + 1
			return s.b[start:i], escaped
		case c < ' ':
			s.fail(NotJSON)
			return nil, false
		case c == '\\':
			n := escape(s.b[i:])
			if n == 0 {
				s.fail(NotJSON)
				return nil, false
			}
			escaped = true
			i += n
		default:
			i++
		}
	}
	s.fail(NotJSON)
	return nil, false
}

// plain returns how many of the eight bytes, first to last, are neither a
// quote, a backslash nor a control character.
func plain(x uint64) int {
	const low, high = 0x0101010101010101, 0x8080808080808080
	quote, slash := x^(low*'"'), x^(low*'\\')
	// The lowest bit set is exact: a borrow spreads upwards only.
	hit := ((x - low*' ') &^ x) | ((quote - low) &^ quote) | ((slash - low) &^ slash)
	return bits.TrailingZeros64(hit&high) / 8
}

// escape returns the length of the escape sequence at the start of b, 0 if it
// is none.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 {
			return 0
		}
		for _, c := range b[2:6] {
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return 0
			}
		}
		return 6
	}
	return 0
}

// number consumes a number by JSON's grammar and returns it.
func (s *scanner) number() []byte {
	start, i := s.i, s.i
	if s.b[i] == '-' {
		i++
	}
	first := i
	if i = s.digits(i); i == first || (s.b[first] == '0' && i > first+1) {
		s.fail(NotJSON)
		return nil
	}
	if i < len(s.b) && s.b[i] == '.' {
		from := i + 1
		if i = s.digits(from); i == from {
			s.fail(NotJSON)
			return nil
		}
	}
	if i < len(s.b) && s.b[i]|0x20 == 'e' {
		if i++; i < len(s.b) && (s.b[i] == '+' || s.b[i] == '-') {
			i++
		}
		from := i
		if i = s.digits(from); i == from {
			s.fail(NotJSON)
			return nil
		}
	}
	s.i = i
	return s.b[start:i]
}

// digits returns the index after the digits at i.
func (s *scanner) digits(i int) int {
	for i < len(s.b) && s.b[i] >= '0' && s.b[i] <= '9' {
		i++
	}
	return i
}

// word consumes a literal.
func (s *scanner) word(w string) {
	if len(s.b)-s.i < len(w) || string(s.b[s.i:s.i+len(w)]) != w {
		s.fail(NotJSON)
		return
	}
	s.i += len(w)
}

// text returns the string that t holds, "" if it holds none.
func (t token) text() string {
	if t.kind != '"' {
		return ""
	}
	return decode(t.raw, t.escaped)
}

// empty reports whether t is absent, null or "".
func (t token) empty() bool {
	return t.kind == 0 || t.kind == 'n' || t.kind == '"' && len(t.raw) == 0
}

// integer returns the number that t holds, if it is written as an integer and
// fits.
func (t token) integer() (int64, bool) {
	if t.kind != number {
		return 0, false
	}
	n, err := strconv.ParseInt(string(t.raw), 10, 64)
	return n, err == nil
}

// decode returns the text between the quotes of a valid JSON string.
func decode(raw []byte, escaped bool) string {
	if !escaped {
		return string(raw)
	}
	quoted := make([]byte, 0, len(raw)+2)
	quoted = append(append(append(quoted, '"'), raw...), '"')
	var text string
	if err := json.Unmarshal(quoted, &text); err != nil {
		return ""
	}
	return text
}
