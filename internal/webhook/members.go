package webhook

// members walks one object. Use: for m := (members{names: …}); s.next(&m); { … } with
// exactly one value consumed in each round.
type members struct {
	key     []byte // unescaped
	names   *names // keys that are read here; nil is all
	started bool
	base    int       // of its keys among the scanner's
	bloom   [4]uint64 // of their hashes
}

// names are keys that are read of an object. Another spelling of one is ambiguous.
type names struct {
	all   []string
	bloom uint64 // of their hashes
}

func named(all ...string) *names {
	n := names{all: all}
	for _, name := range all {
		n.bloom |= 1 << (hashOf([]byte(name)) >> 58)
	}
	return &n
}

// near reports whether a key with that hash may be one of the names.
func (n *names) near(hash uint64) bool { return n == nil || n.bloom&(1<<(hash>>58)) != 0 }

// next moves to the next key of the object that began at the scanner's position, and
// passes those that are none of the names, or nearly so. Keys that decoders could take for
// one another set s.twice.
func (s *scanner) next(m *members) bool {
	more := false
	if m.started {
		more = s.comma('}')
	} else {
		m.started, m.base = true, len(s.keys)
		more = s.enter('{')
	}
	for ; more; more = s.comma('}') {
		from := s.i + 1
		end, hash, odd := s.name(from)
		if s.at(end) == '"' && s.b[s.i] == '"' && odd == 0 {
			m.key = s.b[from:end]
			s.i = s.colon(end + 1)
			s.note(m, key{hash, from, end})
		} else {
			hash = s.oddName(m)
		}
		if m.names.near(hash) {
			return s.bad == ""
		}
		s.pass()
	}
	s.leave(m)
	return false
}

// element moves to the next element of the array that began at the scanner's
// position. Exactly one value must be consumed in each round.
func (s *scanner) element(first bool) bool {
	if first {
		return s.enter('[')
	}
	return s.comma(']')
}

// enter consumes the start of a container, and all of it if nothing is in it: then it
// returns false.
func (s *scanner) enter(open byte) bool {
	if s.peek() != open {
		s.fail(NotJSON)
		return false
	}
	if !s.push(open == '{') {
		return false
	}
	s.i = s.blank(s.i + 1)
	if s.at(s.i) == open+2 { // closers follow openers by two
		s.i++
		s.depth--
		return false
	}
	return true
}

// comma passes the comma between two members, or the end of the container: then it
// returns false.
func (s *scanner) comma(end byte) bool {
	i := s.blank(s.i)
	switch s.at(i) {
	case ',':
		s.i = s.blank(i + 1)
		return true
	case end:
		s.i = i + 1
		s.depth--
	default:
		s.fail(NotJSON)
	}
	return false
}
