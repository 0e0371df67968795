package operator

import (
	"context"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// complete reports whether no event of the stack can have expired: the events
// have not been kept for as long as they are kept yet.
func (o *Operator) complete(ctx context.Context) (bool, error) {
	began, err := o.Since(ctx)
	if err != nil {
		return false, err
	}
	first, err := o.oldest(ctx, began)
	if err != nil || first.ID == "" {
		return err == nil, err
	}
	if first.Received.Before(began) {
		began = first.Received
	}
	s, err := o.Store.Get(ctx, first.ID)
	if err != nil {
		return false, err
	}
	return s.Expires.IsZero() || o.Now().Before(began.Add(s.Expires.Sub(s.Received))), nil
}

// oldest returns the event received first, or none. Events may have been
// received before the tables that keep them were made.
func (o *Operator) oldest(ctx context.Context, began time.Time) (first event.Stored, err error) {
	for s, err := range o.Store.ReceivedBetween(ctx, began.Add(-ever), o.Now()) {
		if err != nil {
			return event.Stored{}, err
		}
		if first.ID == "" || s.Received.Before(first.Received) {
			first = s
		}
	}
	return first, nil
}
