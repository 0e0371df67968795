//go:build !race

package simtest_test

import "testing"

const slow = false

// The schedules that it takes are too many for the race detector; make test
// runs this package without it, too.
func TestTheSchedulesMeetEveryKindOfFaultAndEveryPath(t *testing.T) {
	first, n := seeds(t)
	met := schedules(first, max(n, fewest)).met
	for _, what := range []string{
		"crash", "lost reply", "throttle", "delay", "hang", "outage", "interleaved", "broken", "panic",
		"clock jump forward", "clock jump back",
		"duplicate", "duplicate webhook", "concurrent webhook", "another rendering", "received twice", "stream repeats",
		"reorder", "reordered webhook", "bus loses", "stream gives up", "poison",
		"conflict retry", "fenced commit", "interrupted effect",
		"sweep publishes", "sweep owes", "sweep resends", "fetched",
		"replay", "redrive", "retry of parked", "retry of unknown",
		"done", "parked", "unknown", "quarantined", "audited",
	} {
		if met[what] == 0 {
			t.Errorf("no schedule met: %s", what)
		}
	}
}
