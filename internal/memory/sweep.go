package memory

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Unfinished implements event.Ledger; earliest first in all.
func (s *Store) Unfinished(ctx context.Context, st event.State, before time.Time) iter.Seq2[event.Delivery, error] {
	return list(ctx, s, Op{"Unfinished", string(st)}, func() (found []event.Delivery) {
		for _, ref := range sorted(s.deliveries, byEvent) {
			d := s.deliveries[ref].Delivery
			final := d.State == event.Done || d.State == event.Discarded
			if d.State == st && !final && d.Next.Before(before) && !s.stale(d.Event) {
				found = append(found, normalDelivery(d))
			}
		}
		slices.SortStableFunc(found, func(a, b event.Delivery) int { return a.Next.Compare(b.Next) })
		return found
	})
}

// Ensure implements event.Ledger.
func (s *Store) Ensure(ctx context.Context, ref event.DeliveryRef, now, expires time.Time) error {
	if err := checkDelivery(ref); err != nil {
		return fmt.Errorf("ensure: %w", err)
	}
	return s.do(ctx, opOf("Ensure", ref), func() error {
		if _, ok := s.deliveries[ref]; !ok {
			s.deliveries[ref] = &delivery{Delivery: normalDelivery(event.Delivery{
				Event: ref.Event, Action: ref.Action, State: event.Waiting, Ensured: true, Next: now, Updated: now, Expires: expires,
			})}
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
		d.reopen(now, owner, allowStale)
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
		d.State, d.Owner, d.Updated, d.By = event.Discarded, owner, now, by
		d.Ensured, d.Lease, d.Sent, d.sender = false, time.Time{}, time.Time{}, ""
		return nil
	})
}
