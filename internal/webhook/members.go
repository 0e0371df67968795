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
	seen    keyset
}

// next moves to the next key of the object that began at the scanner's
// position. Keys that decoders could take for one another set s.twice.
func (s *scanner) next(m *members) bool {
	if !s.step('{', !m.started) {
		return false
	}
	m.started = true
	raw, escaped := s.key()
	if escaped {
		raw = []byte(decode(raw, true))
	}
	m.key = raw
	if s.bad == "" && m.seen.add(raw, m.names) {
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

// keyset holds the keys of one object. Keys differ only if they differ under
// case folding, as encoding/json and other decoders match them.
type keyset struct {
	bloom [4]uint64
	few   [112][]byte // more than any of Stripe's objects has
	n     int
	odd   bool // one of few has capitals or is not ASCII
	many  map[string]struct{}
}

// add reports whether key is ambiguous: there already, or another spelling of
// one of the names.
func (k *keyset) add(key []byte, names string) bool {
	odd := !snake(key)
	if odd && spells(key, names) {
		return true
	}
	if k.many != nil || k.n == len(k.few) {
		return k.addMany(key)
	}
	dup := false
	if h := hash(key); k.bloom[h/64]&(1<<(h%64)) != 0 || odd || k.odd {
		for _, other := range k.few[:k.n] {
			dup = dup || bytes.EqualFold(key, other)
		}
	} else {
		k.bloom[h/64] |= 1 << (h % 64)
	}
	k.few[k.n] = key
	k.n++
	k.odd = k.odd || odd
	return dup
}

// addMany keeps objects with very many keys linear.
func (k *keyset) addMany(key []byte) bool {
	if k.many == nil {
		k.many = make(map[string]struct{}, 4*len(k.few))
		for _, other := range k.few {
			k.many[fold(other)] = struct{}{}
		}
	}
	before := len(k.many)
	k.many[fold(key)] = struct{}{}
	return len(k.many) == before
}

func hash(key []byte) byte {
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
