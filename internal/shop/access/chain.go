package access

import (
	"maps"
	"slices"
)

// history puts the facts in the order in which they came about: by second, then
// type rank, then the chain of changes, last by event id. tie is true if the
// newest place was left to the event id.
func (l Life) history() (ordered []Fact, tie bool) {
	for rest := l.Facts; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].At == rest[0].At && rest[n].Rank == rest[0].Rank {
			n++
		}
		var group []Fact
		group, tie = chain(rest[:n])
		ordered, rest = append(ordered, group...), rest[n:]
	}
	return ordered, tie
}

// chain orders facts of one second and rank, which come ordered by event id:
// none before one that it follows. tie is true if the event id decided which
// is the last, and it makes a difference.
func chain(group []Fact) (ordered []Fact, tie bool) {
	rest := slices.Clone(group)
	for len(rest) > 0 {
		next := max(0, slices.IndexFunc(rest, func(f Fact) bool { return !followsAny(f, rest) }))
		ordered = append(ordered, rest[next])
		rest = slices.Delete(rest, next, next+1)
	}
	n := len(ordered)
	if n == 1 || directly(ordered[n-1], ordered[n-2]) {
		return ordered, false
	}
	last := ordered[n-1]
	return ordered, slices.ContainsFunc(ordered, func(f Fact) bool { return !maps.Equal(f.Is, last.Is) })
}

func followsAny(f Fact, others []Fact) bool {
	return slices.ContainsFunc(others, func(o Fact) bool { return o.Event != f.Event && directly(f, o) })
}

// directly reports whether f came after o and not the other way round. Where
// the changes fit both ways (there and back), what they left alone decides.
func directly(f, o Fact) bool {
	switch after, before := f.follows(o), o.follows(f); {
	case after && before:
		return f.continues(o) && !o.continues(f)
	default:
		return after
	}
}

// follows reports whether what f changed was as o says. A change of nothing
// that is kept here leaves all as it was.
func (f Fact) follows(o Fact) bool {
	if !f.Chained || len(f.Was) == 0 {
		return f.continues(o)
	}
	for k, v := range f.Was {
		if o.Is[k] != v {
			return false
		}
	}
	return true
}

// continues reports whether all that is kept here was, before f, as o says.
func (f Fact) continues(o Fact) bool {
	if !f.Chained {
		return false
	}
	for k, v := range f.Is {
		if was, ok := f.Was[k]; ok {
			v = was
		}
		if o.Is[k] != v {
			return false
		}
	}
	return true
}
