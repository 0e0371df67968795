package chain

import "math"

// searched has, for each set of steps (a bit each) and the one that comes last, the
// least cost and the step before it.
type searched struct {
	steps []Step
	cost  [][]int
	from  [][]int
}

const never = math.MaxInt / 2

// search tries every sequence after the starts: 2^n sets of n steps, not n! orders.
func search(before starts, steps []Step) searched {
	n := len(steps)
	s := searched{steps: steps, cost: make([][]int, 1<<n), from: make([][]int, 1<<n)}
	for set := 1; set < 1<<n; set++ {
		s.cost[set], s.from[set] = make([]int, n), make([]int, n)
		for last := range steps {
			s.cost[set][last], s.from[set][last] = s.reach(before, set, last)
		}
	}
	return s
}

// reach returns the least cost of the set's steps with last at the end, and the step
// before that, -1 if there is none.
func (s searched) reach(before starts, set, last int) (least, from int) {
	rest := set &^ (1 << last)
	if set == rest || s.tooEarly(rest, last) {
		return never, -1
	}
	least, from = never, -1
	if rest == 0 {
		for _, b := range before {
			least = min(least, b.cost+cost(b.state, s.steps[last]))
		}
		return least, from
	}
	for i := range s.steps {
		if rest&(1<<i) == 0 || s.cost[rest][i] >= never {
			continue
		}
		if c := s.cost[rest][i] + cost(s.steps[i].Is, s.steps[last]); c <= least {
			least, from = c, i
		}
	}
	return least, from
}

// tooEarly: a step that is not the first cannot come while one that is has not.
func (s searched) tooEarly(rest, last int) bool {
	for i, step := range s.steps {
		if step.First && !s.steps[last].First && rest&(1<<i) == 0 {
			return true
		}
	}
	return false
}

func (s searched) all() int { return 1<<len(s.steps) - 1 }

// ends are the states in which the second may end, each once.
func (s searched) ends() (ends starts) {
	for i, step := range s.steps {
		ends = ends.add(start{step.Is, s.cost[s.all()][i]})
	}
	return ends.cheapest()
}

// best is the order with the least cost; see Life.Next.
func (s searched) best(same func(a, b int) bool) (order []int, tie bool) {
	costs := s.cost[s.all()]
	end := 0
	for i, c := range costs {
		if c <= costs[end] {
			end = i
		}
	}
	for i, c := range costs {
		tie = tie || c == costs[end] && !same(i, end)
	}
	order = make([]int, len(s.steps))
	for at, set := len(order)-1, s.all(); at >= 0; at-- {
		order[at] = end
		end, set = s.from[set][end], set&^(1<<end)
	}
	return order, tie
}
