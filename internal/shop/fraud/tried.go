package fraud

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/union"
)

// mostSources is how many cards and customers an order keeps at either end: those
// that were tried first, and those that were tried last.
const mostSources = 700

// Tried is when each card and customer of an order was tried first and last, in
// Unix seconds. A hold begins at the first attempt that is one too many, and an
// order that is tried on goes on with the last.
type Tried struct {
	First map[string]int64 `json:"first,omitempty"`
	Last  map[string]int64 `json:"last,omitempty"`
}

func triedAt(at int64, sources []string) Tried {
	all := map[string]int64{}
	for _, s := range sources {
		all[s] = at
	}
	return Tried{First: all, Last: maps.Clone(all)}
}

func (t Tried) union(u Tried) Tried {
	return Tried{
		First: cut(union.Maps(t.First, u.First, func(a, b int64) int64 { return min(a, b) }), 1),
		Last:  cut(union.Maps(t.Last, u.Last, func(a, b int64) int64 { return max(a, b) }), -1),
	}
}

// cut keeps the earliest sources, or with a sign of -1 the latest. What is left out
// comes after all that is kept, so it makes no difference when it is.
func cut(all map[string]int64, sign int) map[string]int64 {
	if len(all) <= mostSources {
		return all
	}
	ids := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(sign*cmp.Compare(all[a], all[b]), strings.Compare(a, b))
	})
	kept := make(map[string]int64, mostSources)
	for _, id := range ids[:mostSources] {
		kept[id] = all[id]
	}
	return kept
}

// SourceNames are the order's cards and customers, sorted.
func (o Order) SourceNames() []string {
	names := slices.Clone(o.Facts.Sources)
	names = slices.AppendSeq(names, maps.Keys(o.Facts.Tried.First))
	names = slices.AppendSeq(names, maps.Keys(o.Facts.Tried.Last))
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
		for _, times := range []map[string]int64{o.Facts.Tried.First, o.Facts.Tried.Last} {
			for source, at := range times {
				w := hot[o.Key(SourceKey(source))]
				holds = w.hold(holds, Hold{Order: o.Order, Why: Failures, Scope: o.Scope}, at)
			}
		}
	}
	return List(holds)
}
