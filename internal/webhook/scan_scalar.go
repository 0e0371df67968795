package webhook

import (
	"strconv"

	"github.com/payhooks/payhooks/internal/rawjson"
)

// key consumes the key at i, its colon and what is blank before the value.
func (s *scanner) key(i int) int {
	if s.at(i) != '"' {
		return s.fail(NotJSON)
	}
	i, _ = s.quoted(i)
	return s.colon(i)
}

// colon consumes the colon at i and what is blank before the value.
func (s *scanner) colon(i int) int {
	if b := s.b; i+2 < len(b) && b[i] == ':' && b[i+1] == ' ' && b[i+2] > ' ' { // as in indented text
		return i + 2
	}
	if i = s.blank(i); s.at(i) != ':' {
		return s.fail(NotJSON)
	}
	return s.blank(i + 1)
}

// scalar consumes the value at i, which is no container.
func (s *scanner) scalar(i int) int {
	switch c := s.at(i); {
	case c == '"':
		i, _ = s.quoted(i)
		return i
	case c == 'n':
		return s.literal(i, "null")
	case c == '-' || c >= '0' && c <= '9':
		return s.number(i)
	case c == 'f':
		return s.literal(i, "false")
	case c == 't':
		return s.literal(i, "true")
	}
	return s.fail(NotJSON)
}

// quoted consumes the string at i.
func (s *scanner) quoted(i int) (end int, escaped bool) {
	for i++; ; {
		n, m := rawjson.Plain(word(s.b, i)), rawjson.Plain(word(s.b, i+wordSize))
		n += then(n, m)
		if i += n; n == 2*wordSize {
			continue
		}
		switch s.at(i) {
		case '"':
			return i + 1, escaped
		case '\\':
			n := rawjson.Escape(s.b[i:])
			if n == 0 {
				return s.fail(NotJSON), false
			}
			escaped = true
			i += n
		default: // a control character, or the end
			return s.fail(NotJSON), false
		}
	}
}

// number consumes the number at i by JSON's grammar.
func (s *scanner) number(i int) int {
	if s.at(i) == '-' {
		i++
	}
	first := i
	if i = s.digits(i); i == first || s.b[first] == '0' && i > first+1 {
		return s.fail(NotJSON)
	}
	if s.at(i) == '.' {
		from := i + 1
		if i = s.digits(from); i == from {
			return s.fail(NotJSON)
		}
	}
	if s.at(i)|0x20 == 'e' {
		if i++; s.at(i) == '+' || s.at(i) == '-' {
			i++
		}
		from := i
		if i = s.digits(from); i == from {
			return s.fail(NotJSON)
		}
	}
	return i
}

// digits passes the digits at i.
func (s *scanner) digits(i int) int {
	for i < len(s.b) && s.b[i]-'0' <= 9 {
		i++
	}
	return i
}

// literal consumes w at i.
func (s *scanner) literal(i int, w string) int {
	if len(s.b)-i < len(w) || string(s.b[i:i+len(w)]) != w {
		return s.fail(NotJSON)
	}
	return i + len(w)
}

// bytes returns the text that t holds, nil if it holds none.
func (t token) bytes() []byte {
	switch {
	case t.kind != '"':
		return nil
	case t.escaped:
		return unescape(nil, t.raw)
	}
	return t.raw
}

// text returns the string that t holds, "" if it holds none.
func (t token) text() string { return string(t.bytes()) }

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
