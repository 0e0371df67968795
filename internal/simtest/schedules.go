package simtest

import (
	"fmt"
	"runtime"
	"strconv"
	"sync"
)

// Range is which schedules to run.
type Range struct{ First, Seeds uint64 }

// Seeds reads SEEDS and FIRST; most is how many run without them.
func Seeds(getenv func(string) string, most uint64) (Range, error) {
	r := Range{1, most}
	for name, v := range map[string]*uint64{"FIRST": &r.First, "SEEDS": &r.Seeds} {
		if s := getenv(name); s != "" {
			u, err := strconv.ParseUint(s, 10, 64)
			if err != nil {
				return r, fmt.Errorf("%s=%s: expected a number", name, s)
			}
			*v = u
		}
	}
	return r, nil
}

// Result is what all schedules came to. Failed is a *Failure.
type Result struct {
	Met    Seen
	Failed error
}

// Schedules runs the plan's schedules on all cores until one fails.
func Schedules(plan Plan, r Range) Result {
	result := Result{Met: Seen{}}
	next := make(chan uint64)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for seed := range next {
				met, err := Run(plan, seed)
				mu.Lock()
				for what, n := range met {
					result.Met[what] += n
				}
				if result.Failed == nil {
					result.Failed = err
				}
				mu.Unlock()
			}
		})
	}
	failed := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return result.Failed != nil
	}
	for seed := r.First; seed < r.First+r.Seeds && !failed(); seed++ {
		next <- seed
	}
	close(next)
	wg.Wait()
	return result
}
