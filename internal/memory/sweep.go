package memory

import (
	"context"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Ensure implements event.Ledger.
func (s *Store) Ensure(ctx context.Context, e event.Ensured) error {
	ref := e.DeliveryRef
	if err := checkDelivery(ref); err != nil {
		return fmt.Errorf("ensure: %w", err)
	}
	return s.do(ctx, opOf("Ensure", ref), func() error {
		if _, ok := s.deliveries[ref]; !ok {
			s.deliveries[ref] = &delivery{Delivery: normalDelivery(event.Delivery{
				Event: ref.Event, Action: ref.Action, State: event.Waiting, Ensured: true,
				Next: e.Now, Sent: e.Sent, Updated: e.Now, Expires: e.Expires,
			})}
			s.open(ref)
		}
		return nil
	})
}

// ClaimRedelivery implements event.Ledger.
func (s *Store) ClaimRedelivery(ctx context.Context, ref event.DeliveryRef, now time.Time, quiet time.Duration) (ours bool, err error) {
	now = millis(now)
	nonce := s.nonce()
	err = s.do(ctx, opOf("ClaimRedelivery", ref), func() error {
		d, ok := s.deliveries[ref]
		if ours = ok && d.State == event.Waiting && d.sender == nonce; ours {
			return nil
		}
		if !ok || !d.idle(now) || d.Sent.After(millis(now.Add(-quiet))) {
			return nil
		}
		ours, d.Sent, d.sender = true, now, nonce
		return nil
	})
	return ours && err == nil, err
}

// Reopen implements event.Ledger.
func (s *Store) Reopen(ctx context.Context, ref event.DeliveryRef, now time.Time, allowStale bool) error {
	now = millis(now)
	owner := "reopen-" + s.nonce()
	return s.do(ctx, opOf("Reopen", ref), func() error {
		d, ok := s.deliveries[ref]
		switch {
		case !ok:
			return event.ErrNotFound
		case d.Owner == owner: // our own, its reply was lost
			return nil
		case d.State == event.Waiting && d.Running(now):
			if allowStale && !d.AllowStale {
				d.AllowStale, d.Owner = true, owner
			}
			return nil
		case d.State == event.Discarded, d.State == event.Done && !d.Withheld:
			return fmt.Errorf("it is %s: %w", d.State, event.ErrNotFound)
		}
		s.unopen(ref)
		d.reopen(now, owner, allowStale)
		s.open(ref)
		return nil
	})
}

func (d *delivery) reopen(now time.Time, owner string, allowStale bool) {
	d.State, d.Owner, d.Next, d.Updated = event.Waiting, owner, now, now
	d.Reopened, d.Before = now, d.Attempts
	d.Round++
	d.AllowStale = allowStale
	d.Ensured, d.Lease, d.Sent, d.sender = false, time.Time{}, time.Time{}, ""
	d.Outcome, d.Error, d.Effect, d.Effects, d.Withheld = "", "", "", nil, false
}

// Discard implements event.Ledger.
func (s *Store) Discard(ctx context.Context, ref event.DeliveryRef, now time.Time, by string) error {
	now = millis(now)
	owner := "discard-" + s.nonce()
	return s.do(ctx, opOf("Discard", ref), func() error {
		d, ok := s.deliveries[ref]
		switch {
		case !ok:
			return event.ErrNotFound
		case d.Owner == owner: // our own, its reply was lost
			return nil
		case d.State != event.Parked && d.State != event.Unknown && !d.idle(now):
			return fmt.Errorf("it is %s: %w", d.State, event.ErrNotFound)
		}
		s.unopen(ref)
		d.State, d.Owner, d.Next, d.Updated, d.By = event.Discarded, owner, now, now, by
		s.open(ref)
		d.Ensured, d.Lease, d.Sent, d.sender = false, time.Time{}, time.Time{}, ""
		return nil
	})
}
