// Package chain puts events of one second in order by what they say was before.
//
// Stripe's created has whole seconds, and events arrive in any sequence. Of all
// sequences of a second's events those count that fit best: first, the fewest
// events whose previous_attributes differ from the state before them; then, the
// fewest that show another state without having changed it. Events that are missing
// leave such gaps. The state before a second is what the second before it ends in;
// where that has several ends, all of them are tried.
package chain

// State is what is compared of an object, value by value. A State of none is not
// known, and anything fits it.
type State []string

// Step is what one event says.
type Step struct {
	Is State
	// Was is the state before the change; nil without previous_attributes.
	Was State
	// First comes before all that are not, as the creation of an object.
	First bool
	// Change is a change without previous_attributes, which fits anywhere. Other
	// events without them only show the state.
	Change bool
}

// Most is how many events of a second are tried in every sequence.
const Most = 10

// gap is the cost of an event that does not fit. Other costs are 1 for one that
// shows another state, so a sum of those stays below.
const gap = 1 << 16

// Solve returns the order of the last second's steps, and whether another order
// fits as well and ends differently. Seconds are in order. Of those orders the one
// stands whose end comes last among the steps: they come with the one that a tie
// leaves standing last. same reports whether two steps of the last second end in
// the same.
func Solve(seconds [][]Step, same func(a, b int) bool) (order []int, tie bool) {
	if len(seconds) == 0 {
		return nil, false
	}
	before := starts{{}}
	for _, steps := range seconds[:len(seconds)-1] {
		before = before.after(steps)
	}
	last := seconds[len(seconds)-1]
	if len(last) > Most {
		return before.count(last, same)
	}
	s := search(before, last)
	return s.best(same)
}

// start is a state in which a second may begin, and what it took to get there.
type start struct {
	state State
	cost  int
}

type starts []start

// after returns the ends of a second that fit best, each state once.
func (b starts) after(steps []Step) starts {
	if len(steps) == 0 {
		return b
	}
	if len(steps) > Most {
		return b.counted(steps)
	}
	s := search(b, steps)
	var ends starts
	for i, step := range steps {
		ends = ends.add(start{step.Is, s.cost[s.all()][i]})
	}
	return ends.cheapest()
}

// cheapest leaves out what costs more gaps than others: they are no ends of a life.
func (b starts) cheapest() (kept starts) {
	least := b[0].cost
	for _, s := range b {
		least = min(least, s.cost)
	}
	for _, s := range b {
		if s.cost == least {
			s.cost = 0
			kept = append(kept, s)
		}
	}
	return kept
}

func (b starts) add(s start) starts {
	for i := range b {
		if equal(b[i].state, s.state) {
			b[i].cost = min(b[i].cost, s.cost)
			return b
		}
	}
	return append(b, s)
}

// cost of a step after a state.
func cost(before State, s Step) int {
	switch {
	case len(before) == 0, len(s.Is) == 0, s.First, s.Was == nil && s.Change:
		return 0
	case s.Was == nil && equal(before, s.Is):
		return 0
	case s.Was == nil:
		return 1
	}
	for i, was := range s.Was {
		if was != s.Is[i] && before[i] != was {
			return gap
		}
	}
	if equal(before, s.Was) {
		return 0
	}
	return 1
}

func equal(a, b State) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
