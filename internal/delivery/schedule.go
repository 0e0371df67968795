package delivery

import "time"

// schedule is the longest wait before each further attempt; the last one
// repeats. Waits have full jitter, so on average half of it passes.
var schedule = []time.Duration{
	5 * time.Second, 20 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour,
}

const (
	// minWait keeps full jitter from retrying at once.
	minWait = time.Second
	// carried is the longest wait that the queue holds as the message's
	// visibility, since a queue takes 120,000 messages in flight. A longer one is
	// the ledger's: the message is deleted and reconcile redelivers.
	carried = time.Minute
)

// wait returns how long to wait after the given attempt of a round (1 is the
// first), with r in [0, 1).
func wait(attempt int, r float64) time.Duration {
	longest := schedule[min(max(attempt, 1), len(schedule))-1]
	return max(minWait, time.Duration(r*float64(longest)))
}
