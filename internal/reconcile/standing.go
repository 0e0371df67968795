package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// runsApart is how long ago a sweep that keeps up was complete at most: runs are a
// minute apart and take up to one.
const runsApart = 2 * time.Minute

// sweepsKey is the cursor that says up to when each sweep is complete, by its name.
const sweepsKey = "sweeps"

// Lag is how far a sweep is behind; 0 if it keeps up.
type Lag struct {
	Sweep   string `json:"sweep"`
	Seconds int    `json:"lag_seconds"`
}

// Standing is how far the sweeps are, from their cursors alone.
type Standing struct {
	Lags []Lag // by name
	// Ran is up to when the sweep that is furthest is complete: about the begin of the
	// last run that ended. Zero: none did.
	Ran time.Time
	// Published and Recorded are by shard: of no event received before, the bus or a
	// record of a subscriber is missing, but for Left. Zero: the sweep never ran.
	Published, Recorded [event.ReceiptShards]event.Position
	Left                []string
	// Subscribed counts the subscribers of all events before Recorded, by action,
	// since the stack's first run.
	Subscribed map[string]int
}

// ReadStanding reads the cursors.
func ReadStanding(ctx context.Context, l event.Ledger, now time.Time) (Standing, error) {
	s := Standing{Subscribed: map[string]int{}}
	rows, err := readRows(ctx, l)
	if err != nil {
		return s, err
	}
	run := &Run{cursors: rows}
	complete, err := CursorOf[map[string]time.Time](run, sweepsKey)
	if err != nil {
		return s, err
	}
	for _, name := range slices.Sorted(maps.Keys(complete.At)) {
		if at := complete.At[name]; at.After(s.Ran) {
			s.Ran = at
		}
		s.Lags = append(s.Lags, Lag{name, int(max(0, now.Sub(complete.At[name])-runsApart) / time.Second)})
	}
	for n := range event.ReceiptShards {
		published, err := CursorOf[receipts](run, shardKey("pending", n))
		if err != nil {
			return s, err
		}
		recorded, err := CursorOf[receipts](run, shardKey("unrecorded", n))
		if err != nil {
			return s, err
		}
		s.Published[n], s.Recorded[n] = published.At.At, recorded.At.At
		s.Left = append(s.Left, published.At.Left...)
		for action, count := range recorded.At.Subscribed {
			s.Subscribed[action] += count
		}
	}
	return s, nil
}

// shardKey is the cursor of a sweep in one shard: due/07.
func shardKey(sweep string, shard int) string { return fmt.Sprintf("%s/%02d", sweep, shard) }

// noteComplete records up to when each sweep is complete.
func (r *Run) noteComplete(ctx context.Context, l event.Ledger, jobs []*job) error {
	c, err := CursorOf[map[string]time.Time](r, sweepsKey)
	if err != nil {
		c = &Cursor[map[string]time.Time]{Key: sweepsKey, version: r.cursors[sweepsKey].Version} // written anew
	}
	if c.At == nil {
		c.At = map[string]time.Time{}
	}
	for _, j := range jobs {
		if j.work.Complete == nil {
			continue
		}
		_, known := c.At[j.Name()]
		if at := j.work.Complete(); at.After(c.At[j.Name()]) {
			c.At[j.Name()] = at
		} else if !known {
			c.At[j.Name()] = r.now() // it is behind from now on
		}
	}
	if err := c.Save(ctx, l); err != nil && !errors.Is(err, event.ErrConflict) {
		return err
	}
	return nil // on a conflict, another run noted it
}
