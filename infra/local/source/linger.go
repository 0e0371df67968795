package source

import (
	"context"
	"sync"
	"time"
)

// linger makes batches larger while records come fast, which saves invocations: a batch is
// left to collect until it is likely full. What comes slowly is handed over at once.
type linger struct {
	mu    sync.Mutex
	last  time.Time     // when records were read
	every time.Duration // in which one came, of late
	until time.Time
}

const (
	// worthwhile is how many records have to come within longestLinger.
	worthwhile = 3
	// longestLinger is how much later a record is handed over at most.
	longestLinger = 25 * time.Millisecond
)

// wait returns when the next batch may be read, or when ctx ends.
func (l *linger) wait(ctx context.Context) {
	l.mu.Lock()
	left := time.Until(l.until)
	l.mu.Unlock()
	if left > 0 {
		pause(ctx, left)
	}
}

// read notes that a batch of n records was read, of most.
func (l *linger) read(n, most int) {
	if n == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	one := min(now.Sub(l.last), time.Second) / time.Duration(n)
	l.last, l.every, l.until = now, (3*l.every+one)/4, now
	if n < most && worthwhile*l.every <= longestLinger {
		l.until = now.Add(min(time.Duration(most)*l.every, longestLinger))
	}
}
