package simtest_test

import (
	"os"
	"strconv"
	"testing"

	"github.com/payhooks/payhooks/internal/simtest"
)

// seeds is how many schedules to run: SEEDS, from FIRST on.
func seeds(t *testing.T) (first, n uint64) {
	t.Helper()
	first, n = 1, 300
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

func TestEveryPromiseHoldsInEverySchedule(t *testing.T) {
	first, n := seeds(t)
	for seed := first; seed < first+n; seed++ {
		if err := simtest.Run(seed); err != nil {
			t.Fatal(err)
		}
	}
}
