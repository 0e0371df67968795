//go:build !race

package simtest_test

import (
	"testing"

	"github.com/payhooks/payhooks/internal/simtest"
)

// The targets at full size are payhooks simulate volume; here they are a
// twenty-fifth.
func TestRow61EverySweepMovesAtAnyVolume(t *testing.T) {
	for _, v := range simtest.Volumes(25) {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			r, err := v.Run(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			if r.Idle > 0 && !v.Faults {
				t.Errorf("%d times a sweep with something to do stood still: %v", r.Idle, r.Met)
			}
			t.Logf("%d runs of at most %d: %v", r.Runs, r.Limit, r.Met)
		})
	}
}

func TestRow80FunctionThatCrashesForSixtyHours(t *testing.T) {
	t.Parallel()
	r, err := simtest.Outage{PerHour: 40, Hours: 60}.Run(t.Context())
	if err != nil || r.Dead == 0 || r.Done != 40*60 {
		t.Fatalf("%+v, %v", r, err)
	}
	t.Logf("%+v", r)
}
