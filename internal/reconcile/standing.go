package reconcile

import (
	"context"
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

// receipts is how far a sweep over the events of one shard is.
type receipts struct {
	At event.Position `json:"at,omitzero"` // everything received before is handled, but for Left
	// Left are events that failed and are tried again in every run.
	Left []string `json:"left,omitempty"`
	// Subscribed counts the subscribers of the events before At, by action.
	Subscribed map[string]int `json:"subscribed,omitempty"`
	backoff
}

// backoff is how long a shard or scope that failed is left alone.
type backoff struct {
	Fails int       `json:"fails,omitempty"` // in a row
	Again time.Time `json:"again,omitzero"`  // not before
}

// Lag is how far a sweep is behind; 0 if it keeps up.
type Lag struct {
	Sweep   string `json:"sweep"`
	Seconds int    `json:"lag_seconds"`
}

// Standing is how far the sweeps are, from their cursors alone.
type Standing struct {
	Lags []Lag // by name
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
	complete, err := loadCursor[map[string]time.Time](ctx, l, sweepsKey)
	if err != nil {
		return s, err
	}
	for _, name := range slices.Sorted(maps.Keys(complete.At)) {
		s.Lags = append(s.Lags, Lag{name, int(max(0, now.Sub(complete.At[name])-runsApart) / time.Second)})
	}
	for n := range event.ReceiptShards {
		published, err := loadCursor[receipts](ctx, l, shardKey("pending", n))
		if err != nil {
			return s, err
		}
		recorded, err := loadCursor[receipts](ctx, l, shardKey("unrecorded", n))
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
