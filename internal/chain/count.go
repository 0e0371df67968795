package chain

import (
	"slices"
	"strings"
)

// counted are the ends of a second with too many steps to try them all.
func (b starts) counted(steps []Step) starts {
	if end, ok := b.end(steps); ok {
		return starts{{state: steps[end].Is}}
	}
	return starts{{}}
}

// count orders a second with too many steps by counting: in a life without gaps
// each state is left as often as it is entered, but for the first and the last.
// Where no such life ends in one state, a tie is noted and the last step stands.
func (b starts) count(steps []Step, same func(a, b int) bool) (order []int, tie bool) {
	end, ok := b.end(steps)
	if !ok {
		end = len(steps) - 1
	}
	for i := range steps {
		if i != end {
			order = append(order, i)
		}
	}
	order = append(order, end)
	return order, !ok && slices.ContainsFunc(order, func(i int) bool { return !same(i, end) })
}

// end is the step whose state is entered once more than it is left, after one known
// start; the last of several such steps.
func (b starts) end(steps []Step) (end int, ok bool) {
	surplus := map[string]int{}
	if created := slices.IndexFunc(steps, func(s Step) bool { return s.First }); created >= 0 {
		b = nil
		surplus[name(steps[created].Is)]++
	}
	switch {
	case len(b) == 1 && len(b[0].state) > 0:
		surplus[name(b[0].state)]++
	case b != nil:
		return 0, false
	}
	for _, s := range steps {
		if s.Was == nil && (s.Change || s.Moves) || len(s.Is) == 0 {
			return 0, false
		}
		if s.Was != nil && !s.First {
			surplus[name(s.Is)]++
			surplus[name(s.Was)]--
		}
	}
	end = -1
	for i, s := range steps {
		if surplus[name(s.Is)] == 1 {
			end = i
		}
	}
	for state, n := range surplus {
		if n < 0 || n > 1 || n == 1 && (end < 0 || state != name(steps[end].Is)) {
			return 0, false
		}
	}
	return end, end >= 0
}

func name(s State) string { return strings.Join(s, "\n") }
