package memory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// claimed is a delivery with the nonce of the call that saved it last, and
// when and by which call it was sent again since the last claim.
type claimed struct {
	event.Delivery
	nonce  string
	sent   time.Time
	sender string
}

// Claim implements event.Ledger.
func (s *Store) Claim(ctx context.Context, c event.Claim) (d event.Delivery, err error) {
	if err := checkClaim(c); err != nil {
		return d, err
	}
	now, lease := millis(c.Now), millis(c.Lease)
	err = s.do(ctx, Op{"Claim", c.Event + " " + c.Action}, func() error {
		k := pair{c.Event, c.Action}
		old, ok := s.deliveries[k]
		switch {
		case !ok:
			old = &claimed{Delivery: event.Delivery{Event: c.Event, Action: c.Action}}
			s.deliveries[k] = old
		case old.State != event.Waiting:
			d = old.Delivery
			return event.ErrFinished
		case old.Owner == c.Owner && old.Next.Equal(lease): // our own, its reply was lost
			d = old.Delivery
			return nil
		case old.Next.After(now):
			d = old.Delivery
			return event.ErrNotDue
		}
		old.State, old.Owner, old.Next, old.Updated = event.Waiting, c.Owner, lease, now
		old.sent = time.Time{}
		old.Attempt++
		if !c.Expires.IsZero() {
			old.Expires = seconds(c.Expires)
		}
		if old.First.IsZero() {
			old.First = now
		}
		d = old.Delivery
		return nil
	})
	return d, err
}

func checkClaim(c event.Claim) error {
	if err := checkDelivery(c.Event, c.Action, c.Owner); err != nil {
		return err
	}
	if !millis(c.Lease).After(millis(c.Now)) {
		return fmt.Errorf("claim %s: lease %s is not after now: %w", c.Event, c.Lease, event.ErrInvalid)
	}
	return nil
}

func checkDelivery(id, action, owner string) error {
	for _, err := range []error{checkKey("event id", id), checkKey("action", action), checkKey("owner", owner)} {
		if err != nil {
			return err
		}
	}
	if strings.HasPrefix(id, "effect#") {
		return fmt.Errorf("event id %s: the prefix is kept for effects: %w", id, event.ErrInvalid)
	}
	return nil
}

// Commit implements event.Ledger. Raw writes are refused: they are written in
// the language of another store.
func (s *Store) Commit(ctx context.Context, d event.Delivery, writes ...event.Write) error {
	if err := checkDelivery(d.Event, d.Action, d.Owner); err != nil {
		return err
	}
	if d.State == "" {
		return fmt.Errorf("save %s without a state: %w", d.Event, event.ErrInvalid)
	}
	rows, err := prepare(writes)
	if err != nil {
		return fmt.Errorf("save %s: %w", d.Event, err)
	}
	d.Next, d.First, d.Updated, d.Expires = millis(d.Next), millis(d.First), millis(d.Updated), seconds(d.Expires)
	nonce := s.nonce()
	return s.do(ctx, Op{"Save", d.Event + " " + d.Action}, func() error {
		old, ok := s.deliveries[pair{d.Event, d.Action}]
		if !ok || old.Owner != d.Owner {
			return event.ErrFenced
		}
		if old.nonce == nonce { // committed, its reply was lost
			return nil
		}
		if old.State != event.Waiting {
			if old.State == d.State {
				return nil
			}
			return event.ErrFenced
		}
		for _, w := range writes {
			if s.rows[pair{w.Table, w.Key}].Version != w.Version {
				return fmt.Errorf("%s %s: %w", w.Table, w.Key, event.ErrConflict)
			}
		}
		for i, w := range writes {
			s.rows[pair{w.Table, w.Key}] = row{rows[i], nonce}
		}
		old.Delivery, old.nonce, old.sent = d, nonce, time.Time{}
		return nil
	})
}

// Delivery implements event.Ledger.
func (s *Store) Delivery(ctx context.Context, id, action string) (d event.Delivery, err error) {
	err = s.do(ctx, Op{"Delivery", id + " " + action}, func() error {
		c, ok := s.deliveries[pair{id, action}]
		if !ok {
			return event.ErrNotFound
		}
		d = c.Delivery
		return nil
	})
	return d, err
}

// Deliveries implements event.Ledger; in order of the actions' names.
func (s *Store) Deliveries(ctx context.Context, id string) (ds []event.Delivery, err error) {
	err = s.do(ctx, Op{"Deliveries", id}, func() error {
		ds = nil
		for _, k := range sorted(s.deliveries, pair.less) {
			if k.a == id {
				ds = append(ds, s.deliveries[k].Delivery)
			}
		}
		return nil
	})
	return ds, err
}

// Unfinished implements event.Ledger.
func (s *Store) Unfinished(ctx context.Context, st event.State, before time.Time, yield func(event.Delivery) bool) error {
	var found []event.Delivery
	err := s.do(ctx, Op{"Unfinished", string(st)}, func() error {
		found = nil
		for _, k := range sorted(s.deliveries, pair.less) {
			d := s.deliveries[k].Delivery
			if d.State == st && st != event.Done && d.Next.Before(before) && !s.stale(d.Event) {
				found = append(found, d)
			}
		}
		slices.SortStableFunc(found, func(a, b event.Delivery) int { return a.Next.Compare(b.Next) })
		return nil
	})
	if err != nil {
		return err
	}
	each(found, yield)
	return nil
}

// Ensure implements event.Ledger.
func (s *Store) Ensure(ctx context.Context, id, action string, now, expires time.Time) error {
	if err := checkDelivery(id, action, "nobody"); err != nil {
		return err
	}
	now = millis(now)
	return s.do(ctx, Op{"Owe", id + " " + action}, func() error {
		k := pair{id, action}
		if _, ok := s.deliveries[k]; !ok {
			s.deliveries[k] = &claimed{Delivery: event.Delivery{
				Event: id, Action: action, State: event.Waiting, Next: now, Updated: now, Expires: seconds(expires),
			}}
		}
		return nil
	})
}

// ClaimRedelivery implements event.Ledger.
func (s *Store) ClaimRedelivery(ctx context.Context, id, action string, now time.Time, quiet time.Duration) (ours bool, err error) {
	now = millis(now)
	nonce := s.nonce()
	err = s.do(ctx, Op{"Resend", id + " " + action}, func() error {
		d, ok := s.deliveries[pair{id, action}]
		if ours = ok && d.State == event.Waiting && d.sender == nonce; ours {
			return nil
		}
		if !ok || d.State != event.Waiting || !d.sent.IsZero() && d.sent.After(now.Add(-quiet)) {
			return nil
		}
		ours, d.sent, d.sender = true, now, nonce
		return nil
	})
	return ours && err == nil, err
}

// Reopen implements event.Ledger. The record loses its owner, so that the
// attempt that parked it cannot commit any more.
func (s *Store) Reopen(ctx context.Context, id, action string, now time.Time, allowStale bool) error {
	now = millis(now)
	return s.do(ctx, Op{"Reopen", id + " " + action}, func() error {
		d, ok := s.deliveries[pair{id, action}]
		switch {
		case !ok:
			return event.ErrNotFound
		case d.State == event.Waiting && d.Owner == "" && d.Updated.Equal(now) && (d.AllowStale || !allowStale): // our own
			return nil
		case d.State == event.Waiting && d.Next.Sub(now) > event.MaxLease:
			allowStale = allowStale || d.AllowStale
		case d.State == event.Waiting && allowStale:
			d.AllowStale = true
			return nil
		case d.State == event.Waiting, d.State == event.Done && !d.Ignored:
			return fmt.Errorf("delivery is %s: %w", d.State, event.ErrNotFound)
		}
		*d = claimed{nonce: d.nonce, Delivery: event.Delivery{
			Event: id, Action: action, State: event.Waiting, Next: now, Updated: now,
			Error: d.Error, AllowStale: allowStale, Expires: d.Expires,
		}}
		return nil
	})
}
