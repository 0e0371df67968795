package access

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	// window is how many seconds with events are kept in full: the newest, and those
	// before it that say which state it began in.
	window = 4
	// most is how many events of one second are kept, and how many times of the
	// status past_due.
	most = 24
	late = 8
)

// prune folds what no rule can need in full. Each part is the same for all orders
// of the same facts: the newest of something, or a sum.
func (l *Life) prune() {
	if l.Ended != (end{}) {
		l.Facts, l.Past = nil, past{}
		return
	}
	var whole int64
	for _, f := range l.Facts {
		l.Past.count(f)
		if !f.Partial {
			whole = max(whole, f.At)
		}
	}
	seconds := bySecond(l.Facts)
	l.Facts = nil
	for i, facts := range seconds {
		if i < len(seconds)-window {
			l.Past.list(facts)
			continue
		}
		l.Facts = append(l.Facts, folded(facts, i == len(seconds)-1, whole)...)
	}
	l.Past.prune(whole)
}

// bySecond splits ordered facts.
func bySecond(facts []Fact) (seconds [][]Fact) {
	for i, f := range facts {
		if i == 0 || f.At != facts[i-1].At {
			seconds = append(seconds, nil)
		}
		seconds[len(seconds)-1] = append(seconds[len(seconds)-1], f)
	}
	return seconds
}

// folded is a second's facts without announcements next to changes, without items
// that a later complete list replaces, and, if it is not the newest, without ids.
func folded(facts []Fact, newest bool, whole int64) []Fact {
	changes := slices.DeleteFunc(slices.Clone(facts), func(f Fact) bool { return f.Status != listed && f.Rank == typeRank("") })
	if len(changes) == 0 {
		changes = slices.Clone(facts)
	}
	for i := range changes {
		if !newest {
			changes[i].Event = ""
		}
		if changes[i].At < whole {
			changes[i].Items = nil
		}
	}
	return occurrences(changes)
}

// occurrences has each once, however many events report it, in the order of rank
// and event id; no more than most.
func occurrences(facts []Fact) []Fact {
	once := map[string]Fact{}
	for _, f := range facts {
		what := f.what()
		if known, ok := once[what]; !ok || f.over(known) {
			f.Event = max(f.Event, known.Event)
			once[what] = f
		} else {
			known.Event = max(f.Event, known.Event)
			once[what] = known
		}
	}
	names := slices.Sorted(maps.Keys(once))
	kept := make([]Fact, 0, min(most, len(names)))
	for _, what := range names[:min(most, len(names))] {
		kept = append(kept, once[what])
	}
	slices.SortStableFunc(kept, func(a, b Fact) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), strings.Compare(a.Event, b.Event)) })
	return kept
}

// what is the same for events that are equal in all but their id.
func (f Fact) what() string {
	f.Event, f.Items, f.Partial = "", nil, false
	return fmt.Sprint(f)
}

// over decides between two lists of one occurrence: the complete one stands.
func (f Fact) over(g Fact) bool {
	return cmp.Or(partial(g)-partial(f), strings.Compare(fmt.Sprint(f.Items), fmt.Sprint(g.Items))) > 0
}

func partial(f Fact) int {
	if f.Partial {
		return 1
	}
	return 0
}

// unite joins two sets of facts.
func unite(a, b []Fact) []Fact {
	all := slices.Concat(a, b)
	slices.SortStableFunc(all, func(a, b Fact) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Rank, b.Rank), strings.Compare(a.Event, b.Event))
	})
	return all
}
