package simtest

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestOneSeedIsOneScheduleTracedOrNot(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		first, again, quiet := play(seed, true), play(seed, true), play(seed, false)
		if !slices.Equal(first.trace, again.trace) {
			t.Fatalf("seed %d: two runs differ", seed)
		}
		if !maps.Equal(first.seen, quiet.seen) || len(quiet.trace) > 0 {
			t.Fatalf("seed %d: the trace changes the schedule", seed)
		}
	}
}

func TestAFailureNamesItsSeedAndTellsWhatHappened(t *testing.T) {
	f := Failure{Seed: 7, Broken: []string{"mail/pi_1 happened 2 times"}, Trace: play(7, true).trace}
	for _, want := range []string{"seed 7: mail/pi_1 happened 2 times\n", "action mail", "SENT mail/pi_0", "---- the faults end ----"} {
		if !strings.Contains(f.Error(), want) {
			t.Errorf("%q is not in the failure", want)
		}
	}
}
