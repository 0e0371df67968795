// Package chain puts events of one second in order by what they say was before.
//
// Stripe's created has whole seconds, and events arrive in any sequence. Of all
// sequences of a second's events those count that fit best: first, the fewest
// events whose previous_attributes differ from the state before them; then, the
// fewest that show another state without having changed it. Events that are missing
// leave such gaps. The state before a second is what the second before it ends in;
// where that has several ends, all of them are tried.
package chain

import "slices"

// State is what is compared of an object, value by value. A State of none is not
// known, and anything fits it, as it does the value Unknown.
type State []string

// Unknown is a value that no object has.
const Unknown = "\x00"

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
	// Moves is a change without previous_attributes that has led to what it shows, and
	// so did not begin there.
	Moves bool
}

// Most is how many events of a second are tried in every sequence.
const Most = 10

// gap is the cost of an event that does not fit. Other costs are 1 for one that
// shows another state, so a sum of those stays below.
const gap = 1 << 16

// Life is solved second by second, in order. The zero Life begins in a state that is
// not known.
type Life struct{ before starts }

// Next returns the order of the next second's steps, and whether another order fits
// as well and ends differently. Of those orders the one stands whose end comes last
// among the steps: they come with the one that a tie leaves standing last. same
// reports whether two steps end in the same.
func (l *Life) Next(steps []Step, same func(a, b int) bool) (order []int, tie bool) {
	if len(l.before) == 0 {
		l.before = starts{{}}
	}
	switch {
	case len(steps) == 0:
		return nil, false
	case len(steps) > Most:
		order, tie = l.before.count(steps, same)
		l.before = l.before.counted(steps)
	default:
		s := search(l.before, steps)
		order, tie = s.best(same)
		l.before = s.ends()
	}
	return order, tie
}

// Solve is Next of the last second, after all others.
func Solve(seconds [][]Step, same func(a, b int) bool) (order []int, tie bool) {
	var l Life
	for i, steps := range seconds {
		if i == len(seconds)-1 {
			order, tie = l.Next(steps, same)
		} else {
			l.Next(steps, func(int, int) bool { return true })
		}
	}
	return order, tie
}

// start is a state in which a second may begin, and what it took to get there.
type start struct {
	state State
	cost  int
}

type starts []start

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
		if slices.Equal(b[i].state, s.state) {
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
	case s.Was == nil && s.Moves && equal(before, s.Is):
		return gap
	case s.Was == nil && (s.Moves || equal(before, s.Is)):
		return 0
	case s.Was == nil:
		return 1
	}
	for i, was := range s.Was {
		if was != s.Is[i] && !fits(before[i], was) {
			return gap
		}
	}
	if equal(before, s.Was) {
		return 0
	}
	return 1
}

func equal(a, b State) bool { return slices.EqualFunc(a, b, fits) }

// fits: a value that is not known may be any.
func fits(a, b string) bool { return a == b || a == Unknown || b == Unknown }
