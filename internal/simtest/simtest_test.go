package simtest_test

import (
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/payhooks/payhooks/internal/simtest"
)

// fewest is how many schedules meet every kind of fault and path.
const fewest = 300

// seeds is how many schedules to run: SEEDS, from FIRST on.
func seeds(t *testing.T) simtest.Range {
	t.Helper()
	most := uint64(fewest)
	if slow {
		most = 10
	}
	r, err := simtest.Seeds(os.Getenv, most)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ran is the result for each range, so that two tests may ask.
var ran sync.Map

func schedules(r simtest.Range) simtest.Result {
	once, _ := ran.LoadOrStore(r, sync.OnceValue(func() simtest.Result { return simtest.Schedules(simtest.Plan{}, r) }))
	return once.(func() simtest.Result)()
}

func TestEveryPromiseHoldsInEverySchedule(t *testing.T) {
	var f *simtest.Failure
	if err := schedules(seeds(t)).Failed; errors.As(err, &f) {
		t.Fatalf("%s\n%v", strings.Join(f.Trace, "\n"), err)
	}
}
