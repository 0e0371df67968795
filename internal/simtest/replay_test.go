package simtest

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestOneSeedIsOneScheduleTracedOrNot(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		first, again, quiet := play(Plan{}, seed, true), play(Plan{}, seed, true), play(Plan{}, seed, false)
		if !slices.Equal(first.trace, again.trace) {
			t.Fatalf("seed %d: two runs differ", seed)
		}
		if !maps.Equal(first.seen, quiet.seen) || len(quiet.trace) > 0 {
			t.Fatalf("seed %d: the trace changes the schedule", seed)
		}
	}
}

func TestAScheduleThatBreaksAPromiseIsPlayedAgainForItsTrace(t *testing.T) {
	f := failure(Plan{}, 7, []string{"mail/pi_1 happened 2 times"})
	if f.Error() != "seed 7: mail/pi_1 happened 2 times" {
		t.Errorf("it says %q", f.Error())
	}
	trace := strings.Join(f.Trace, "\n")
	for _, want := range []string{" answered 200, heard true", "action mail", "SENT mail/pi_0", "---- the faults end ----"} {
		if !strings.Contains(trace, want) {
			t.Errorf("%q is not in the trace", want)
		}
	}
}
