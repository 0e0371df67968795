package access

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"github.com/payhooks/payhooks/internal/chain"
)

// attributes are those by which a change recognises the state before it.
var attributes = []string{"status", "items", "invoice", "cancel", "pause", "trial", "rest"}

// present is what the facts of a life say at their end, unless it ended.
type present struct {
	head   Fact
	listed []Item
	since  int64 // when it became past due, if it is
	tie    bool  // the head was left to type and event id
}

func (l Life) present() present {
	history, tie := l.history()
	if len(history) == 0 {
		return present{}
	}
	t := present{head: history[len(history)-1], listed: l.items(history), tie: tie}
	p := l.Past
	p.Late = slices.Clone(p.Late)
	for _, f := range history {
		p.count(f)
	}
	p.Late = lates(p.Late, p.Good)
	t.since = p.since(history)
	return t
}

// history puts the facts of the newest seconds in the order in which they came
// about. tie is true if the newest place was left to type and event id.
func (l Life) history() (ordered []Fact, tie bool) {
	var life chain.Life
	for _, facts := range bySecond(l.Facts) {
		var order []int
		order, tie = life.Next(steps(facts), func(a, b int) bool { return facts[a].means(facts[b]) })
		for _, i := range order {
			ordered = append(ordered, facts[i])
		}
	}
	return ordered, tie
}

// steps are a second's. Where it has as many as are kept, some may be missing.
func steps(facts []Fact) []chain.Step {
	all := make([]chain.Step, len(facts))
	for i, f := range facts {
		all[i] = f.step(facts)
		if len(facts) >= most {
			all[i].Was, all[i].First, all[i].Change = nil, false, true
		}
	}
	return all
}

func (f Fact) step(second []Fact) chain.Step {
	s := chain.Step{
		First:  f.Status != listed && f.Rank == 0,
		Change: f.Status == listed || f.Rank == rankUpdated,
	}
	if len(f.Is) == 0 {
		return s
	}
	if f.Rank == rankPaused && !f.announces(second) {
		s.Moves = f.Status == "paused"
		if !s.Moves {
			f.Chained, f.Was = true, map[string]string{"status": "paused"}
		}
	}
	for _, name := range attributes {
		is := cmp.Or(f.Is[name], chain.Unknown)
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

// announces reports whether an update of the same second has made the pause or its
// end that the fact reports.
func (f Fact) announces(second []Fact) bool {
	for _, g := range second {
		if g.Rank == rankUpdated && maps.Equal(g.Is, f.Is) {
			return true
		}
	}
	return false
}

// means reports whether both say the same to a row.
func (f Fact) means(g Fact) bool {
	for _, one := range []*Fact{&f, &g} {
		one.At, one.Rank, one.Event, one.Is, one.Was, one.Chained = 0, 0, "", nil, nil, false
	}
	return reflect.DeepEqual(f, g)
}
