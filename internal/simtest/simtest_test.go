package simtest_test

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/payhooks/payhooks/internal/simtest"
)

// fewest is how many schedules meet every kind of fault and path.
const fewest = 300

// seeds is how many schedules to run: SEEDS, from FIRST on.
func seeds(t *testing.T) (first, n uint64) {
	t.Helper()
	if first, n = 1, fewest; slow {
		n = 10
	}
	for name, v := range map[string]*uint64{"FIRST": &first, "SEEDS": &n} {
		if s := os.Getenv(name); s != "" {
			u, err := strconv.ParseUint(s, 10, 64)
			if err != nil {
				t.Fatalf("%s=%s: want a number", name, s)
			}
			*v = u
		}
	}
	return first, n
}

// result is what all schedules of this test run came to.
type result struct {
	met    simtest.Seen
	failed error
}

// ran is the result for each first seed and number, so that two tests may ask.
var ran sync.Map

func run(t *testing.T) result {
	t.Helper()
	first, n := seeds(t)
	return schedules(first, n)
}

func schedules(first, n uint64) result {
	once, _ := ran.LoadOrStore([2]uint64{first, n}, sync.OnceValue(func() result { return play(first, n) }))
	return once.(func() result)()
}

func play(first, n uint64) result {
	r := result{met: simtest.Seen{}}
	next := make(chan uint64)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for seed := range next {
				met, err := simtest.Run(seed)
				mu.Lock()
				for what, n := range met {
					r.met[what] += n
				}
				if r.failed == nil {
					r.failed = err
				}
				mu.Unlock()
			}
		})
	}
	failed := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return r.failed != nil
	}
	for seed := first; seed < first+n && !failed(); seed++ {
		next <- seed
	}
	close(next)
	wg.Wait()
	return r
}

func TestEveryPromiseHoldsInEverySchedule(t *testing.T) {
	err := run(t).failed
	var f *simtest.Failure
	if errors.As(err, &f) {
		t.Fatalf("%s\n%v", strings.Join(f.Trace, "\n"), err)
	}
}
