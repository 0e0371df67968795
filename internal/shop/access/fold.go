package access

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	// window is how many seconds with events are kept: the newest, and those before it
	// that say which state it began in. burst is how many of them if they are no older
	// than recent, in seconds, before the newest.
	window = 6
	burst  = 12
	recent = 3 * 24 * 60 * 60
	// most is how many events of one second are kept.
	most = 64
	// late is how many times of the status past_due, and how many days with it.
	late = 64
)

// prune folds what no rule can need in full. Each part is the same for all orders
// of the same facts: the newest of something, or a sum.
func (l *Life) prune() {
	if l.Ended != (end{}) {
		l.Facts, l.Past = nil, past{}
		return
	}
	for _, f := range l.Facts {
		l.Past.count(f)
	}
	seconds := bySecond(l.Facts)
	for len(seconds) > 0 && outdated(seconds, 0) {
		l.Past.list(seconds[0])
		seconds = seconds[1:]
	}
	whole := newestWhole(seconds)
	l.Facts = nil
	for i, facts := range seconds {
		l.Facts = append(l.Facts, folded(facts, i == len(seconds)-1, whole)...)
	}
	l.Past.prune(whole)
}

// newestWhole is when the newest complete list is from, 0 without one.
func newestWhole(seconds [][]Fact) int64 {
	for _, facts := range slices.Backward(seconds) {
		if slices.ContainsFunc(facts, func(f Fact) bool { return !f.Partial }) {
			return facts[0].At
		}
	}
	return 0
}

// outdated: what is dropped for newer seconds stays so, whatever else is reported.
func outdated(seconds [][]Fact, i int) bool {
	newer := len(seconds) - 1 - i
	age := seconds[len(seconds)-1][0].At - seconds[i][0].At
	return newer >= burst || newer >= window && age > recent
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
// that a later complete list replaces, and, if it is not the newest, without what only
// the newest state is asked for.
func folded(facts []Fact, newest bool, whole int64) []Fact {
	changes := slices.DeleteFunc(slices.Clone(facts), Fact.announcement)
	if len(changes) == 0 {
		changes = slices.Clone(facts)
	}
	for i := range changes {
		if !newest {
			changes[i].Event, changes[i].Paused, changes[i].Ends, changes[i].Cancel = "", false, false, 0
		}
		if changes[i].At < whole {
			changes[i].Items, changes[i].Partial = nil, false
		}
	}
	return occurrences(changes)
}

// occurrences has each once, however many events report it, in the order of rank
// and event id; no more than most.
func occurrences(facts []Fact) []Fact {
	if len(facts) == 1 {
		return facts
	}
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
	if slices.ContainsFunc(facts, restless) {
		for _, f := range slices.Collect(maps.Values(once)) {
			delete(once, f.formerly())
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

// restless: the release before kept no rest of a subscription.
func restless(f Fact) bool { return f.Is["rest"] == "" && f.Status != listed }

// formerly is what the release before would have kept of it.
func (f Fact) formerly() string {
	if restless(f) {
		return ""
	}
	f.Is, f.Was = maps.Clone(f.Is), maps.Clone(f.Was)
	delete(f.Is, "rest")
	delete(f.Was, "rest")
	return f.what()
}

// what is the same for events that are equal in all but their id.
func (f Fact) what() string {
	what := strconv.AppendInt(nil, f.At, 10)
	what = strconv.AppendInt(append(what, ' '), int64(f.Rank), 10)
	what = append(strconv.AppendInt(what, int64(boolean(f.Chained)), 10), ' ')
	what = append(what, f.Status...)
	for _, name := range attributes {
		what = append(append(what, ' '), f.Is[name]...)
		if was, ok := f.Was[name]; ok {
			what = append(append(what, '<'), was...)
		}
	}
	return string(what)
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
