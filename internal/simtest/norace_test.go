//go:build !race

package simtest_test

import "testing"

const slow = false

// The schedules that it takes are too many for the race detector; make test
// runs this package without it, too.
func TestTheSchedulesMeetEveryKindOfFaultAndEveryPath(t *testing.T) {
	r := seeds(t)
	r.Seeds = max(r.Seeds, fewest)
	met := schedules(r).Met
	for _, what := range []string{
		"crash", "lost reply", "throttle", "delay", "hang", "outage", "interleaved", "broken", "panic",
		"clock jump forward", "clock jump back",
		"duplicate", "duplicate webhook", "concurrent webhook", "another rendering", "received twice", "stream repeats",
		"reorder", "reordered webhook", "bus loses", "stream gives up", "poison",
		"commit without a claim", "conflict retry", "fenced commit", "fenced commit without a claim", "interrupted effect", "attempt ended by the next process", "effect in progress",
		"timeout", "run cut short", "two sweeps at once", "rules cannot be listed",
		"account answers Forbidden", "account answers Too Many Requests", "account answers Internal Server Error",
		"pending published", "unrecorded", "redelivered", "stored from list",
		"replay", "redrive", "discard", "retry of withheld", "retry of parked", "retry of unknown",
		"done", "parked", "unknown", "quarantined", "audited",
	} {
		if met[what] == 0 {
			t.Errorf("no schedule met: %s", what)
		}
	}
}
