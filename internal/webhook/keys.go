package webhook

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/payhooks/payhooks/internal/rawjson"
)

// key is one as it is compared with others: unescaped and, if it is odd, folded.
type key struct {
	hash     uint64
	from, to int // in b, or after its end in spelled
}

// text is what the key is compared by.
func (s *scanner) text(k key) []byte {
	if n := len(s.b); k.from >= n {
		return s.spelled[k.from-n : k.to-n]
	}
	return s.b[k.from:k.to]
}

// name reads the key that begins at i as far as it is plain, and whether it is odd.
func (s *scanner) name(i int) (end int, hash, isOdd uint64) {
	for {
		x, y := word(s.b, i), word(s.b, i+wordSize)
		n := rawjson.Plain(x)
		m := then(n, rawjson.Plain(y))
		x, y = first(x, n), first(y, m)
		hash, isOdd = mix(hash, x, y), isOdd|odd(x)|odd(y)
		if i += n + m; n+m < 2*wordSize {
			return i, hash, isOdd
		}
	}
}

// hashOf is what name returns for a key that is plain.
func hashOf(key []byte) (hash uint64) {
	for i := 0; i <= len(key); i += 2 * wordSize {
		hash = mix(hash, word(key, i), word(key, i+wordSize))
	}
	return hash
}

// mix adds two words to a hash whose high bits are the best.
func mix(hash, x, y uint64) uint64 {
	return ((hash^x)*0x9e3779b97f4a7c15 ^ y) * 0xff51afd7ed558ccd
}

// oddName consumes the key here if it is escaped, has capitals or is not ASCII.
func (s *scanner) oddName(m *members) (hash uint64) {
	if s.at(s.i) != '"' {
		s.fail(NotJSON)
		return 0
	}
	from := s.i + 1
	end, escaped := s.quoted(s.i)
	if s.i = s.colon(end); s.bad != "" {
		return 0
	}
	m.key = s.b[from : end-1]
	s.spelled = grow(s.spelled, max(2*len(m.key), leastSpelled-len(s.spelled)))
	if escaped {
		from := len(s.spelled)
		s.spelled = unescape(s.spelled, m.key)
		m.key = s.spelled[from:]
	}
	k := key{from: len(s.b) + len(s.spelled)}
	s.spelled = appendFolded(s.spelled, m.key)
	k.to = len(s.b) + len(s.spelled)
	folded := s.text(k)
	k.hash = hashOf(folded)
	if m.names != nil && !bytes.Equal(folded, m.key) {
		s.twice = s.twice || slices.ContainsFunc(m.names.all, func(name string) bool { return string(folded) == name })
	}
	s.note(m, k)
	return k.hash
}

// leastSpelled is the first room for spelled keys.
const leastSpelled = 4 << 10

// maxKeys is more than any of Stripe's objects has.
const maxKeys = 112

// note keeps a key and sets s.twice if it is there already. Keys differ only if they differ
// under case folding, as encoding/json and other decoders match them. The keys of the
// objects that are open are those of one list: an object in an object begins where that
// one is. Those after maxKeys are compared when the object ends.
func (s *scanner) note(m *members, k key) {
	if len(s.keys)-m.base < maxKeys {
		word, bit := &m.bloom[k.hash>>62], uint64(1)<<(k.hash>>56&63)
		if *word&bit != 0 {
			for _, other := range s.keys[m.base:] {
				s.twice = s.twice || other.hash == k.hash && bytes.Equal(s.text(other), s.text(k))
			}
		}
		*word |= bit
	}
	s.keys = append(grow(s.keys, 1), k)
}

// grow makes room for n more, seldom: a text of any size takes a few steps.
func grow[T any](list []T, n int) []T {
	if cap(list)-len(list) >= n {
		return list
	}
	return append(make([]T, 0, max(8*cap(list), len(list)+n)), list...)
}

// leave forgets the keys of an object that ended. Sorting keeps objects with very many keys
// from taking the square of their number.
func (s *scanner) leave(m *members) {
	keys := s.keys[m.base:]
	if len(keys) > maxKeys {
		slices.SortFunc(keys, func(a, b key) int { return bytes.Compare(s.text(a), s.text(b)) })
		for i := range keys[1:] {
			s.twice = s.twice || bytes.Equal(s.text(keys[i]), s.text(keys[i+1]))
		}
	}
	s.keys = s.keys[:m.base]
}

// appendFolded maps keys that are equal under Unicode's simple folding to one text, no
// longer than the key. For what folds to ASCII it is the lower-case form.
func appendFolded(to, key []byte) []byte {
	for len(key) > 0 {
		r, n := utf8.DecodeRune(key)
		key = key[n:]
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		if least >= 'A' && least <= 'Z' {
			least += 'a' - 'A'
		}
		to = utf8.AppendRune(to, least)
	}
	return to
}
