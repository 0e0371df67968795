package fraud

import (
	"cmp"
	"maps"
	"slices"
)

// mostTried is how many attempts an order keeps at either end: the first, since a hold
// begins with them, and the last, which are what is tried now. A row of as many cards
// takes some 50 KB.
const mostTried = 600

// Tried is when each card and customer of an order was tried, in Unix seconds.
type Tried map[string][]int64

type attempt struct {
	at     int64
	source string
}

func triedAt(at int64, sources []string) Tried {
	all := Tried{}
	for _, s := range sources {
		all[s] = []int64{at}
	}
	return all
}

// union leaves out the attempts in the middle. What one side left out has as many
// before it, and as many after it, as are kept, so it makes no difference.
func (t Tried) union(u Tried) Tried {
	if len(u) == 0 {
		return t
	}
	if len(t) == 0 {
		return u
	}
	all := slices.Concat(t.attempts(), u.attempts())
	slices.SortFunc(all, func(a, b attempt) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.source, b.source)) })
	all = slices.Compact(all)
	if len(all) > 2*mostTried {
		all = slices.Concat(all[:mostTried], all[len(all)-mostTried:])
	}
	kept := Tried{}
	for _, a := range all {
		kept[a.source] = append(kept[a.source], a.at)
	}
	return kept
}

func (t Tried) attempts() (all []attempt) {
	for source, times := range t {
		for _, at := range times {
			all = append(all, attempt{at, source})
		}
	}
	return all
}

// SourceNames are the order's cards and customers, sorted.
func (o Order) SourceNames() []string {
	names := slices.AppendSeq(slices.Clone(o.Facts.Sources), maps.Keys(o.Facts.Tried))
	slices.Sort(names)
	return slices.Compact(names)
}

// Holds are all holds of the orders: their own and, by the rule, those that many
// failures of the sources bring about. Of sources that the release before wrote, also
// those of orders that are not among these.
func Holds(r Rule, orders []Order, sources []Source) (holds []Hold) {
	hot := map[string]windows{}
	for _, s := range sources {
		w := r.windows(s.failures())
		hot[s.Key(SourceKey(s.Source))] = w
		for _, a := range s.Attempts {
			holds = w.hold(holds, Hold{Order: a.Order, Why: Failures, Scope: s.Scope}, a.At)
		}
	}
	for _, o := range orders {
		holds = append(holds, o.Holds...)
		for _, a := range o.Facts.Tried.attempts() {
			w := hot[o.Key(SourceKey(a.source))]
			holds = w.hold(holds, Hold{Order: o.Order, Why: Failures, Scope: o.Scope}, a.at)
		}
	}
	return List(holds)
}
