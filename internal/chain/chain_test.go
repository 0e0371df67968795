package chain

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func change(was, is string) Step { return Step{Was: State{was}, Is: State{is}} }
func shows(is string) Step       { return Step{Is: State{is}} }

func TestTheEndIsThatOfTheSequencesThatFitBest(t *testing.T) {
	created := Step{Is: State{"a"}, First: true}
	for name, c := range map[string]struct {
		seconds [][]Step
		want    string
		tie     bool
	}{
		"a chain":                      {[][]Step{{change("b", "c"), change("a", "b")}}, "c", false},
		"there and back":               {[][]Step{{created}, {change("b", "a"), change("a", "b")}}, "a", false},
		"back where it began is open":  {[][]Step{{change("a", "b"), change("b", "a")}}, "a", true},
		"away, and there and back":     {[][]Step{{created}, {change("a", "b"), change("c", "b"), change("b", "c")}}, "b", false},
		"the second before is open":    {[][]Step{{created}, {change("a", "b"), change("b", "a")}, {change("b", "a"), change("a", "b")}}, "a", false},
		"created in the second":        {[][]Step{{change("a", "b"), change("b", "a"), created}}, "a", false},
		"announced in between":         {[][]Step{{created}, {shows("a"), change("a", "b")}}, "b", false},
		"two that exclude each other":  {[][]Step{{created}, {change("a", "b"), change("a", "c")}}, "c", true},
		"a change without what it was": {[][]Step{{created}, {Step{Is: State{"b"}, Change: true}, Step{Is: State{"c"}, Change: true}}}, "c", true},
		"one is missing":               {[][]Step{{created}, {change("c", "d"), change("a", "b")}}, "d", false},
		"moved by something missing":   {[][]Step{{created}, {Step{Is: State{"b"}, Moves: true}, change("b", "a")}}, "a", false},
		"moved, and so not from there": {[][]Step{{change("a", "b")}, {Step{Is: State{"b"}, Moves: true}, change("b", "a")}}, "b", false},
		"a value not known fits":       {[][]Step{{Step{Is: State{Unknown}}}, {change("a", "b"), change("b", "a")}}, "a", true},
		"nothing known before":         {[][]Step{{{}}, {change("a", "b")}}, "b", false},
	} {
		t.Run(name, func(t *testing.T) {
			last := c.seconds[len(c.seconds)-1]
			order, tie := Solve(c.seconds, func(a, b int) bool { return equal(last[a].Is, last[b].Is) })
			if got := last[order[len(order)-1]].Is[0]; got != c.want || tie != c.tie || len(order) != len(last) {
				t.Errorf("ends in %s, tie %v, order %v, want %s, %v", got, tie, order, c.want, c.tie)
			}
		})
	}
}

// A life that begins at a known state has one end, however many changes one second
// has; above Most they are counted.
func TestAnyLifeHasItsEnd(t *testing.T) {
	lives := 0
	rapid.Check(t, func(r *rapid.T) {
		lives++
		is := "a"
		seconds := [][]Step{{{Is: State{is}, First: true}}}
		for range rapid.IntRange(1, 3).Draw(r, "seconds") {
			var steps []Step
			for range rapid.OneOf(rapid.IntRange(1, 6), rapid.IntRange(11, 40)).Draw(r, "steps") {
				was := is
				is = rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(r, "is")
				steps = append(steps, change(was, is))
			}
			seconds = append(seconds, steps)
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1)) //nolint:gosec // one seed, one order
		for _, steps := range seconds {
			rng.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
		}
		last := seconds[len(seconds)-1]
		order, tie := Solve(seconds, func(a, b int) bool { return equal(last[a].Is, last[b].Is) })
		if got := last[order[len(order)-1]].Is[0]; got != is || tie {
			r.Fatalf("ends in %s, tie %v, want %s without one", got, tie, is)
		}
	})
	t.Log(lives, "lives")
}
