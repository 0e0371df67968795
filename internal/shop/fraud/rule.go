package fraud

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/payhooks/payhooks/internal/union"
)

// Rule says what many failures are: Limit of them within the Window. A Limit
// of 0 is never reached.
type Rule struct {
	Limit  int
	Window time.Duration
}

// RuleFrom reads FAILURE_LIMIT and FAILURE_WINDOW_MINUTES: 5 in an hour unless
// they say otherwise.
func RuleFrom(getenv func(string) string) (Rule, error) {
	limit, err := whole(getenv, "FAILURE_LIMIT", 5)
	if err != nil {
		return Rule{}, err
	}
	minutes, err := whole(getenv, "FAILURE_WINDOW_MINUTES", 60)
	return Rule{limit, time.Duration(minutes) * time.Minute}, err
}

func whole(getenv func(string) string, name string, otherwise int) (int, error) {
	v := getenv(name)
	if v == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("environment variable %s is %q: expected a whole number, 0 or more", name, v)
	}
	return n, nil
}

// hot returns the attempts that share a window with the limit of failures, and
// when that was reached, each at its own time at the earliest. Successes count
// too: the one good charge among many bad ones is what a tester is after.
func (r Rule) hot(attempts map[string]Attempt) map[string]int64 {
	if r.Limit < 1 {
		return nil
	}
	var fails []int64
	for _, a := range attempts {
		if a.Failed {
			fails = append(fails, a.At)
		}
	}
	slices.Sort(fails)
	window, since := int64(r.Window/time.Second), map[string]int64{}
	for i, j := 0, r.Limit-1; j < len(fails); i, j = i+1, j+1 {
		if fails[j]-fails[i] > window {
			continue
		}
		for id, a := range attempts {
			if a.At >= fails[j]-window && a.At <= fails[i]+window {
				since[id] = union.Earliest(since[id], max(fails[j], a.At))
			}
		}
	}
	return since
}

// Burst is what a charge that is held for failures is part of: attempts that
// follow each other within the window.
type Burst struct {
	Begin    time.Time // its first attempt
	Attempts int
	Failed   int
	Orders   int
}

// Burst returns the burst that the charge is in; false if it is in none.
func (s Source) Burst(charge string, r Rule) (Burst, bool) {
	since := r.hot(s.Attempts)
	if _, ok := since[charge]; !ok {
		return Burst{}, false
	}
	var times []int64
	for id := range since {
		times = append(times, s.Attempts[id].At)
	}
	slices.Sort(times)
	own, window := s.Attempts[charge].At, int64(r.Window/time.Second)
	from, to := slices.Index(times, own), slices.Index(times, own)
	for from > 0 && times[from]-times[from-1] <= window {
		from--
	}
	for to < len(times)-1 && times[to+1]-times[to] <= window {
		to++
	}
	b, orders := Burst{Begin: at(times[from])}, map[string]bool{}
	for id := range since {
		if a := s.Attempts[id]; a.At >= times[from] && a.At <= times[to] {
			b.Attempts++
			orders[a.Order] = true
			if a.Failed {
				b.Failed++
			}
		}
	}
	b.Orders = len(orders)
	return b, true
}
