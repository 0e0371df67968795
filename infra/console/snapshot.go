package console

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/status"
)

// How old a reading may be before a page has it read again, of a local stack and of a
// deployed one, whose reads are paid for.
const (
	statusAge, statusSlowly = 3 * time.Second, 10 * time.Second
	hourAge, hourSlowly     = 3 * time.Second, time.Minute
	// At most a part of the time is spent with reading: a reading that took a second is kept
	// for so many.
	statusTimes, hourTimes = 5, 20
	// tooOld is how old a reading may be that is shown while it is read again.
	tooOld = 2 * time.Minute
	// readTime bounds one reading.
	readTime = time.Minute
)

// reading is a stack at one time.
type reading struct {
	At     time.Time
	Status status.Status
	Unread error // what of it could not be read
	Hour   *hour
	Missed error // why there is no newer Hour
	Empty  bool  // there is no event at all
	Paid   string
	Took   time.Duration
}

// snapshot is one reading for all who look: no page waits for a reading if it can show the
// one before.
type snapshot struct {
	mu    sync.Mutex
	last  *reading
	ended chan struct{} // of the reading under way; nil if none is
}

// snapshot returns the last reading, and begins another if that is old.
func (c *Console) snapshot(ctx context.Context) (*reading, error) {
	c.read.mu.Lock()
	now := c.Now()
	if c.read.ended == nil && (c.read.last == nil || now.Sub(c.read.last.At) > max(c.slowly(statusAge, statusSlowly), statusTimes*c.read.last.Took)) {
		c.read.ended = make(chan struct{})
		last, ended := c.read.last, c.read.ended
		c.behind.Go(func() { c.readStack(last, ended) })
	}
	last, ended := c.read.last, c.read.ended
	c.read.mu.Unlock()
	if last != nil && now.Sub(last.At) < tooOld {
		return last, nil
	}
	select {
	case <-ended:
		c.read.mu.Lock()
		defer c.read.mu.Unlock()
		return c.read.last, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *Console) slowly(local, deployed time.Duration) time.Duration {
	if c.isLocal() {
		return local
	}
	return deployed
}

// readStack reads the stack, and of what cannot be read keeps what was before.
func (c *Console) readStack(before *reading, ended chan struct{}) {
	ctx, stop := context.WithTimeout(c.ctx, readTime)
	defer stop()
	ctx, meter := cli.Metered(ctx)
	begin := time.Now()
	r := &reading{At: c.Now()}
	if before != nil {
		r.Hour, r.Empty = before.Hour, before.Empty
	}
	var both sync.WaitGroup
	both.Go(func() { r.Status, r.Unread = status.Read(ctx, c.Sources) })
	both.Go(func() {
		if r.Hour != nil && r.At.Sub(r.Hour.At) < max(c.slowly(hourAge, hourSlowly), hourTimes*r.Hour.Took) {
			return
		}
		if h, err := c.readHour(ctx, r.At); err != nil {
			r.Missed = err
		} else {
			r.Hour, h.Took = h, time.Since(begin)
		}
	})
	both.Wait()
	if r.Missed == nil && r.Hour != nil && r.Hour.Events == 0 {
		r.Empty, r.Missed = c.isEmpty(ctx)
	} else {
		r.Empty = false
	}
	r.Paid, r.Took = meter.String(), time.Since(begin)
	c.read.mu.Lock()
	defer c.read.mu.Unlock()
	c.read.last, c.read.ended = r, nil
	close(ended)
}

// isEmpty reports whether the stack has no event.
func (c *Console) isEmpty(ctx context.Context) (bool, error) {
	for _, err := range c.Operator.List(ctx, operator.EventList{Limit: 1}) {
		return false, errors.Join(err)
	}
	return true, nil
}
