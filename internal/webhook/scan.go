package webhook

import (
	"sync"

	"github.com/payhooks/payhooks/internal/event"
)

// scanner walks a JSON text once and validates every byte of it, with the
// verdict of encoding/json. It never recurses into what nobody asked for, so
// its stack does not depend on the input.
//
// Methods that take an index return the one after what they consumed, and the
// end of the text after an error: no value, comma or bracket is found there, so
// that all loops stop.
type scanner struct {
	b       []byte
	i       int
	bad     event.Reason // first syntax error; sticky
	twice   bool         // a key came twice in an object that was read with next
	keys    []key        // of the objects that are open and read with next
	spelled []byte       // keys that are not in b as they are compared
	depth   int
	kinds   [MaxDepth/64 + 1]uint64 // for each level: 1 is an object, 0 an array
}

// scanners are used again: one has a list of keys and a bit for each level.
var scanners = sync.Pool{New: func() any { return &scanner{keys: make([]key, 0, 2*maxKeys)} }}

// open returns a scanner of b. Its close must be called.
func open(b []byte) *scanner {
	s := scanners.Get().(*scanner) //nolint:forcetypeassert // nothing else is put
	s.b, s.i, s.bad, s.twice, s.depth = b, 0, "", false, 0
	return s
}

// close lets go of the text. Lists that one strange text made long are not kept.
func (s *scanner) close() {
	s.b = nil
	s.keys, s.spelled = s.keys[:0], s.spelled[:0]
	if cap(s.keys) <= 2*maxKeys && cap(s.spelled) <= leastSpelled {
		scanners.Put(s)
	}
}

// token is one value. Containers are skipped and have no text.
type token struct {
	kind    byte // one of `"{[0tfn`, 0 is a number; or 0 if there is none
	raw     []byte
	escaped bool
}

const number = '0'

// at returns the byte at i, or 0 at the end.
func (s *scanner) at(i int) byte {
	if uint(i) < uint(len(s.b)) { // unsigned: the compiler need not check it again
		return s.b[i]
	}
	return 0
}

// peek moves to the next byte that is not white space and returns it, or 0 at
// the end.
func (s *scanner) peek() byte {
	s.i = s.blank(s.i)
	return s.at(s.i)
}

// blank passes the white space at i.
func (s *scanner) blank(i int) int {
	if i < len(s.b) && s.b[i] > ' ' {
		return i
	}
	return s.blanks(i)
}

func (s *scanner) blanks(i int) int {
	const white = 1<<' ' | 1<<'\n' | 1<<'\r' | 1<<'\t'
	for b := s.b; i < len(b) && b[i] <= ' ' && 1<<b[i]&white != 0; i += spaces(word(b, i)) {
		i++ // what it was matters no more: mostly a line break, and spaces follow
	}
	return i
}

// fail records the first error and returns the end.
func (s *scanner) fail(r event.Reason) int {
	if s.bad == "" {
		s.bad = r
	}
	s.i = len(s.b)
	return s.i
}

// push enters a container. It reports false if that is too deep.
func (s *scanner) push(object bool) bool {
	if s.depth == MaxDepth {
		s.fail(TooDeep)
		return false
	}
	word, bit := s.depth/64, uint64(1)<<(s.depth%64)
	s.kinds[word] &^= bit
	if object {
		s.kinds[word] |= bit
	}
	s.depth++
	return true
}

// closer is what ends the innermost container that is open.
func (s *scanner) closer() byte {
	if d := s.depth - 1; s.kinds[d/64]&(1<<(d%64)) != 0 {
		return '}'
	}
	return ']'
}

// value consumes and returns the next value.
func (s *scanner) value() token {
	c := s.peek()
	from := s.i
	if c|' ' == '{' { // or [
		s.i = s.skip(from)
		return token{kind: c}
	}
	if c == '"' {
		end, escaped := s.quoted(from)
		s.i = end
		if s.bad != "" {
			return token{}
		}
		return token{kind: c, raw: s.b[from+1 : end-1], escaped: escaped}
	}
	s.i = s.scalar(from)
	if c == '-' || c >= '0' && c <= '9' {
		return token{kind: number, raw: s.b[from:s.i]}
	}
	return token{kind: c}
}

// pass consumes the next value, which nobody wants.
func (s *scanner) pass() {
	if c := s.peek(); c|' ' == '{' { // or [
		s.i = s.skip(s.i)
	} else {
		s.i = s.scalar(s.i)
	}
}

// skip consumes the container at i, of any depth, without recursion.
func (s *scanner) skip(i int) int {
	for base := s.depth; ; {
		end := s.at(i) + 2 // } and ] follow their openers by two
		switch end {
		case '}', ']':
			if !s.push(end == '}') {
				return len(s.b)
			}
			if i = s.blank(i + 1); s.at(i) != end {
				if end == '}' {
					i = s.key(i)
				}
				continue
			}
		default:
			i, end = s.blank(s.scalar(i)), s.closer()
		}
		for ; s.at(i) == end; end = s.closer() {
			i++
			if s.depth--; s.depth == base {
				return i
			}
			i = s.blank(i)
		}
		if s.at(i) != ',' {
			return s.fail(NotJSON)
		}
		if i = s.blank(i + 1); end == '}' {
			i = s.key(i)
		}
	}
}
