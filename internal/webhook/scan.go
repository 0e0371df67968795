package webhook

import "github.com/payhooks/payhooks/internal/event"

// scanner walks a JSON text once and validates every byte of it, with the
// verdict of encoding/json. It never recurses into what nobody asked for, so
// its stack does not depend on the input.
type scanner struct {
	b     []byte
	i     int
	bad   event.Reason // first syntax error; sticky
	twice bool         // a key came twice in an object that was read with next
	keys  [][]byte     // of the objects that are open and read with next
	depth int
	kinds [MaxDepth/64 + 1]uint64 // for each level: 1 is an object, 0 an array
}

// token is one value. Containers are skipped and have no text.
type token struct {
	kind    byte // one of `"{[0tfn`, 0 is a number; or 0 if there is none
	raw     []byte
	escaped bool
}

const number = '0'

// peek returns the next byte that is not white space, or 0 at the end.
func (s *scanner) peek() byte {
	b, i := s.b, s.i
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	s.i = i
	if i == len(b) {
		return 0
	}
	return b[i]
}

// fail records the first error and moves to the end, so that all loops stop.
func (s *scanner) fail(r event.Reason) {
	if s.bad == "" {
		s.bad = r
	}
	s.i = len(s.b)
}

// take consumes c, which must be next.
func (s *scanner) take(c byte) {
	if s.peek() != c || s.i == len(s.b) {
		s.fail(NotJSON)
		return
	}
	s.i++
}

func (s *scanner) push(object bool) {
	if s.depth == MaxDepth {
		s.fail(TooDeep)
		return
	}
	word, bit := s.depth/64, uint64(1)<<(s.depth%64)
	s.kinds[word] &^= bit
	if object {
		s.kinds[word] |= bit
	}
	s.depth++
}

func (s *scanner) inObject() bool {
	d := s.depth - 1
	return s.kinds[d/64]&(1<<(d%64)) != 0
}

// value consumes and returns the next value.
func (s *scanner) value() token {
	switch c := s.peek(); c {
	case '{', '[':
		s.skip()
		return token{kind: c}
	default:
		return s.scalar(c)
	}
}

// scalar consumes a value that is no container; c is its first byte.
func (s *scanner) scalar(c byte) token {
	switch {
	case c == '"':
		raw, escaped := s.text()
		return token{kind: '"', raw: raw, escaped: escaped}
	case c == '-' || c >= '0' && c <= '9':
		return token{kind: number, raw: s.number()}
	case c == 't':
		s.word("true")
	case c == 'f':
		s.word("false")
	case c == 'n':
		s.word("null")
	default:
		s.fail(NotJSON)
	}
	return token{kind: c}
}

// skip consumes a value of any depth without recursion.
func (s *scanner) skip() {
	for base := s.depth; s.bad == ""; {
		c := s.peek()
		switch c {
		case '{', '[':
			s.i++
			s.push(c == '{')
			if s.peek() == c+2 { // } and ] follow their openers by two
				break
			}
			if c == '{' {
				s.key()
			}
			continue
		default:
			s.scalar(c)
		}
		if s.unwind(base) {
			return
		}
	}
}

// unwind closes what ends here. It reports whether the value that began at
// level base is complete; if not, the next value follows.
func (s *scanner) unwind(base int) bool {
	for s.bad == "" && s.depth > base {
		object := s.inObject()
		switch c := s.peek(); {
		case c == '}' && object, c == ']' && !object:
			s.i++
			s.depth--
			continue
		case c == ',':
			s.i++
			if object {
				s.key()
			}
			return false
		}
		s.fail(NotJSON)
	}
	return true
}
