package access

import (
	"reflect"

	"github.com/payhooks/payhooks/internal/chain"
)

// attributes are those by which a change recognises the state before it.
var attributes = []string{"status", "items", "invoice", "cancel", "pause", "trial", "rest"}

// history puts the facts of the newest seconds in the order in which they came
// about. tie is true if the newest place was left to type and event id.
func (l Life) history() (ordered []Fact, tie bool) {
	var seconds [][]chain.Step
	for _, facts := range bySecond(l.Facts) {
		steps := make([]chain.Step, len(facts))
		for i, f := range facts {
			steps[i] = f.step()
		}
		var order []int
		seconds = append(seconds, steps)
		order, tie = chain.Solve(seconds, func(a, b int) bool { return facts[a].means(facts[b]) })
		for _, i := range order {
			ordered = append(ordered, facts[i])
		}
	}
	return ordered, tie
}

func (f Fact) step() chain.Step {
	s := chain.Step{
		First:  f.Status != listed && f.Rank == 0,
		Change: f.Status == listed || f.Rank == typeRank("customer.subscription.updated"),
	}
	if len(f.Is) == 0 {
		return s
	}
	for _, name := range attributes {
		is := f.Is[name]
		s.Is = append(s.Is, is)
		if f.Chained {
			if was, changed := f.Was[name]; changed {
				is = was
			}
			s.Was = append(s.Was, is)
		}
	}
	return s
}

// means reports whether both say the same to a row.
func (f Fact) means(g Fact) bool {
	for _, one := range []*Fact{&f, &g} {
		one.At, one.Rank, one.Event, one.Is, one.Was, one.Chained = 0, 0, "", nil, nil, false
	}
	return reflect.DeepEqual(f, g)
}
