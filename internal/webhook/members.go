package webhook

import (
	"bytes"
	"strings"
	"unicode"
)

// members walks one object. Use: for m := s.members(); s.next(&m); { … } with
// exactly one value consumed in each round.
type members struct {
	key     []byte // unescaped
	names   string // keys that are read here, in spaces; another spelling of one is ambiguous
	started bool
	base    int // of its keys among the scanner's
	bloom   [4]uint64
	odd     bool // one of the keys has capitals or is not ASCII
	many    map[string]struct{}
}

// next moves to the next key of the object that began at the scanner's
// position. Keys that decoders could take for one another set s.twice.
func (s *scanner) next(m *members) bool {
	first := !m.started
	if first {
		m.started, m.base = true, len(s.keys)
	}
	if !s.step('{', first) {
		s.keys = s.keys[:m.base]
		return false
	}
	raw, escaped := s.key()
	if escaped {
		raw = []byte(decode(raw, true))
	}
	m.key = raw
	if s.bad == "" && s.seen(m, raw) {
		s.twice = true
	}
	return s.bad == ""
}

// element moves to the next element of the array that began at the scanner's
// position. Exactly one value must be consumed in each round.
func (s *scanner) element(first bool) bool { return s.step('[', first) }

// step enters a container, or passes the comma in it, or leaves it and returns
// false.
func (s *scanner) step(open byte, first bool) bool {
	if s.bad != "" {
		return false
	}
	if first {
		s.take(open)
		s.push(open == '{')
	}
	if c := s.peek(); c == open+2 { // closers follow openers by two
		s.i++
		s.depth--
		return false
	}
	if !first {
		s.take(',')
	}
	return s.bad == ""
}

// maxKeys is more than any of Stripe's objects has.
const maxKeys = 112

// seen reports whether a key is ambiguous: there already, or another spelling of one of the
// names. Keys differ only if they differ under case folding, as encoding/json and other
// decoders match them. The keys of the objects that are open are those of one list: an object
// in an object begins where that one is.
func (s *scanner) seen(m *members, key []byte) bool {
	odd := !snake(key)
	if odd && spells(key, m.names) {
		return true
	}
	if m.many != nil || len(s.keys)-m.base == maxKeys {
		return s.seenMany(m, key)
	}
	dup := false
	if h := bucket(key); m.bloom[h/64]&(1<<(h%64)) != 0 || odd || m.odd {
		for _, other := range s.keys[m.base:] {
			dup = dup || bytes.EqualFold(key, other)
		}
	} else {
		m.bloom[h/64] |= 1 << (h % 64)
	}
	s.keys = append(s.keys, key)
	m.odd = m.odd || odd
	return dup
}

// seenMany keeps objects with very many keys linear.
func (s *scanner) seenMany(m *members, key []byte) bool {
	if m.many == nil {
		m.many = make(map[string]struct{}, 4*maxKeys)
		for _, other := range s.keys[m.base:] {
			m.many[fold(other)] = struct{}{}
		}
	}
	before := len(m.many)
	m.many[fold(key)] = struct{}{}
	return len(m.many) == before
}

func bucket(key []byte) byte {
	if len(key) == 0 {
		return 0
	}
	return byte(len(key)&0xff)*7 ^ key[0]*31 ^ key[len(key)-1]*17 ^ key[len(key)/2]
}

// snake reports whether key has no capitals and is ASCII, as all of Stripe's.
func snake(key []byte) bool {
	for _, c := range key {
		if c >= 0x80 || (c >= 'A' && c <= 'Z') {
			return false
		}
	}
	return true
}

// spells reports whether key folds to one of the names.
func spells(key []byte, names string) bool {
	return strings.Contains(names, " "+fold(key)+" ")
}

// fold maps keys that are equal under Unicode's simple folding to one string.
// For what folds to ASCII it is the lower-case form.
func fold(key []byte) string {
	if snake(key) {
		return string(key)
	}
	return string(bytes.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		if least >= 'A' && least <= 'Z' {
			least += 'a' - 'A'
		}
		return least
	}, key))
}
