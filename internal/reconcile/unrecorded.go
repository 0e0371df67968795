package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Unrecorded records a delivery for each subscriber that has none 15 minutes
// after the event: its queue never received it, or nothing handled it. From then
// on the delivery's own due time brings it back. One run at a time.
type Unrecorded struct {
	Store  event.Store
	Ledger event.Ledger
	Now    func() time.Time
	Log    *slog.Logger
}

// UnrecordedReport is what one run of Unrecorded did.
type UnrecordedReport struct {
	Unrecorded int `json:"unrecorded"` // subscribers without a record
}

// batch is how many records are read at once, as many as one request takes.
const batch = 100

// Sweep walks the events since the last run, comparing their subscribers with
// the ledger a batch at a time.
func (u *Unrecorded) Sweep(ctx context.Context) (r UnrecordedReport, err error) {
	w := walk{"unrecorded", u.Store, u.Ledger, u.Now}
	err = w.run(ctx, func(found []event.Stored) (progressed, error) {
		var open []subscription
		got := handled
		for _, s := range found {
			if u.unpublished(s) {
				got = left // its subscribers are not known yet
			}
			for _, action := range s.Subscribers {
				if open = append(open, subscription{s, action}); len(open) < batch {
					continue
				}
				if err := u.record(ctx, open, &r); err != nil || r.Unrecorded >= perRun || !timeLeft(ctx, u.Now()) {
					return stopped, err
				}
				open = nil
			}
		}
		return got, u.record(ctx, open, &r)
	})
	u.Log.InfoContext(ctx, "unrecorded", "count", r.Unrecorded)
	return r, err
}

// unpublished reports whether the event's subscribers are still to be recorded. Function
// fetch retries for three days: a thin event that is older waits for a person.
func (u *Unrecorded) unpublished(s event.Stored) bool {
	if s.ByFetch && (s.ToFetch || u.Now().Sub(s.Received) > event.RetryLimit+grace) {
		return false
	}
	return s.Pending && !s.Expired(u.Now())
}

// subscription is one action that an event is for.
type subscription struct {
	stored event.Stored
	action string
}

func (s subscription) ref() event.DeliveryRef {
	return event.DeliveryRef{Action: s.action, Event: s.stored.ID}
}

// record ensures those that have no record. A record that cannot be read is one.
func (u *Unrecorded) record(ctx context.Context, all []subscription, r *UnrecordedReport) error {
	refs := make([]event.DeliveryRef, len(all))
	for i, s := range all {
		refs[i] = s.ref()
	}
	known, err := u.Ledger.Deliveries(ctx, refs)
	if err != nil && !errors.Is(err, event.ErrInvalid) {
		return fmt.Errorf("deliveries: %w", err)
	}
	has := map[event.DeliveryRef]bool{}
	for _, d := range known {
		has[d.Ref()] = true
	}
	for _, s := range all {
		if has[s.ref()] || s.stored.Expired(u.Now()) {
			continue
		}
		if err := ensure(ctx, u.Ledger, s.stored, s.action, u.Now()); err != nil {
			return fmt.Errorf("event %s for %s: %w", s.stored.ID, s.action, err)
		}
		r.Unrecorded++
	}
	return nil
}
