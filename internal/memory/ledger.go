package memory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// delivery is a record with the token of the transaction that committed it and
// the nonce of the call that claimed its redelivery.
type delivery struct {
	event.Delivery
	token  string
	sender string
}

// idle reports whether the delivery waits and no claimed attempt may be running.
func (d *delivery) idle(now time.Time) bool { return d.State == event.Waiting && !d.Running(now) }

func opOf(name string, ref event.DeliveryRef) Op { return Op{name, ref.Event + " " + ref.Action} }

// Begin implements event.Ledger.
func (s *Store) Begin(ctx context.Context, refs []event.DeliveryRef) []event.Begun {
	all := make([]event.Begun, len(refs))
	var about []string
	for i, ref := range refs {
		all[i].Delivery = event.Delivery{Event: ref.Event, Action: ref.Action}
		if err := checkDelivery(ref); err != nil {
			all[i].Err = fmt.Errorf("begin: %w", err)
			continue
		}
		about = append(about, ref.Event+" "+ref.Action)
	}
	if len(about) == 0 {
		return all
	}
	err := s.do(ctx, Op{"Begin", strings.Join(about, ", ")}, func() error {
		for i, ref := range refs {
			if checkDelivery(ref) == nil {
				all[i] = s.begin(ref)
			}
		}
		return nil
	})
	for i, ref := range refs {
		if err != nil && checkDelivery(ref) == nil {
			all[i] = event.Begun{Loaded: event.Loaded{Err: err}, Delivery: event.Delivery{Event: ref.Event, Action: ref.Action}}
		}
	}
	return all
}

func (s *Store) begin(ref event.DeliveryRef) (b event.Begun) {
	b.Delivery = event.Delivery{Event: ref.Event, Action: ref.Action}
	if old, ok := s.deliveries[ref]; ok {
		b.Delivery = normalDelivery(old.Delivery)
	}
	if b.Stored, b.Err = s.stored(ref.Event); b.Err != nil {
		b.Err = fmt.Errorf("begin %s: %w", ref.Event, b.Err)
	}
	return b
}

// Claim implements event.Ledger.
func (s *Store) Claim(ctx context.Context, c event.Claim) (d event.Delivery, err error) {
	err = errors.Join(checkDelivery(c.DeliveryRef), checkKey("owner", c.Owner))
	c.Now, c.Lease = millis(c.Now), millis(c.Lease)
	if err == nil && !c.Lease.After(c.Now) {
		err = fmt.Errorf("lease %s is not after now: %w", c.Lease, event.ErrInvalid)
	}
	if err != nil {
		return d, fmt.Errorf("claim: %w", err)
	}
	err = s.do(ctx, opOf("Claim", c.DeliveryRef), func() error {
		old, ok := s.deliveries[c.DeliveryRef]
		if !ok {
			old = &delivery{Delivery: event.Delivery{Event: c.Event, Action: c.Action, State: event.Waiting, Next: c.Now}}
			s.deliveries[c.DeliveryRef] = old
			s.open(c.DeliveryRef)
		}
		err := old.claim(c)
		d = normalDelivery(old.Delivery)
		return err
	})
	return d, err
}

func (d *delivery) claim(c event.Claim) error {
	switch {
	case d.State != event.Waiting:
		return event.ErrFinished
	case d.Owner == c.Owner && d.Lease.Equal(c.Lease): // our own, its reply was lost
		return nil
	case d.Next.After(c.Now) || d.Running(c.Now):
		return event.ErrNotDue
	}
	d.Owner, d.Lease, d.Updated, d.Sent, d.Ensured = c.Owner, c.Lease, c.Now, c.Now, false
	d.sender = ""
	d.Attempts++
	if !c.Expires.IsZero() {
		d.Expires = seconds(c.Expires)
	}
	if d.First.IsZero() {
		d.First = c.Now
	}
	return nil
}

// Commit implements event.Ledger. Raw writes are refused: they are written in
// the language of another store.
func (s *Store) Commit(ctx context.Context, c event.Commit) error {
	err := errors.Join(checkDelivery(c.Ref()), checkKey("owner", c.Owner), checkKey("state", string(c.State)))
	rows, werr := prepare(c.Writes)
	if err := errors.Join(err, werr); err != nil {
		return fmt.Errorf("commit %s: %w", c.Event, err)
	}
	c.Delivery = normalDelivery(c.Delivery)
	c.Ensured, c.Lease = false, time.Time{}
	token := ""
	if len(rows) > 0 { // a transaction, which has a token
		token = s.nonce()
	}
	return s.do(ctx, opOf("Commit", c.Ref()), func() error {
		old, ok := s.deliveries[c.Ref()]
		switch {
		case ok && token != "" && old.token == token: // our own, its reply was lost
			return nil
		case !mayCommit(old, c):
			if ok && old.Owner == c.Owner && old.State == c.State { // our own
				return nil
			}
			return event.ErrFenced
		}
		return s.commit(c, rows, token)
	})
}

// mayCommit is the condition of a commit; old is nil where there is no record.
func mayCommit(old *delivery, c event.Commit) bool {
	if c.Claimed {
		return old != nil && old.Owner == c.Owner && old.State == event.Waiting
	}
	return old == nil || old.Ensured
}

// commit writes the rows and the record, or nothing. The caller holds the lock.
func (s *Store) commit(c event.Commit, rows []event.Row, token string) error {
	for _, w := range c.Writes {
		if s.rows[pair{w.Table, w.Key}].Version != w.Version {
			return fmt.Errorf("%s %s: %w", w.Table, w.Key, event.ErrConflict)
		}
	}
	for i, w := range c.Writes {
		s.rows[pair{w.Table, w.Key}] = row{rows[i], token}
	}
	s.unopen(c.Ref())
	s.deliveries[c.Ref()] = &delivery{Delivery: c.Delivery, token: token}
	s.open(c.Ref())
	return nil
}

// Delivery implements event.Ledger.
func (s *Store) Delivery(ctx context.Context, ref event.DeliveryRef) (d event.Delivery, err error) {
	err = s.do(ctx, opOf("Delivery", ref), func() error {
		old, ok := s.deliveries[ref]
		if !ok {
			return event.ErrNotFound
		}
		d = normalDelivery(old.Delivery)
		return nil
	})
	return d, err
}

// Deliveries implements event.Ledger.
func (s *Store) Deliveries(ctx context.Context, refs []event.DeliveryRef) (ds []event.Delivery, err error) {
	if len(refs) == 0 {
		return nil, nil
	}
	err = s.do(ctx, opOf("Deliveries", refs[0]), func() error {
		ds = nil
		for _, ref := range refs {
			if old, ok := s.deliveries[ref]; ok {
				ds = append(ds, normalDelivery(old.Delivery))
			}
		}
		return nil
	})
	return ds, err
}

// Amend implements event.Ledger.
func (s *Store) Amend(ctx context.Context, old, d event.Delivery) error {
	ref := old.Ref()
	return s.do(ctx, opOf("Amend", ref), func() error {
		now, ok := s.deliveries[ref]
		same := func(o event.Delivery) bool {
			return ok && now.State == o.State && now.Owner == o.Owner && now.Outcome == o.Outcome && slices.Equal(now.Effects, o.Effects)
		}
		amended := old
		amended.Outcome, amended.Effects = d.Outcome, d.Effects
		if !old.Finished() || !same(old) && !same(amended) { // or our own, its reply was lost
			return event.ErrConflict
		}
		now.Outcome, now.Effects = d.Outcome, slices.Clone(d.Effects)
		return nil
	})
}

// normalDelivery is a copy of d as the store keeps it.
func normalDelivery(d event.Delivery) event.Delivery {
	for _, at := range []*time.Time{&d.Lease, &d.Next, &d.Sent, &d.First, &d.Updated, &d.Reopened} {
		*at = millis(*at)
	}
	d.Expires = seconds(d.Expires)
	d.History = append([]event.Attempt(nil), d.History...)
	for i := range d.History {
		d.History[i].At = millis(d.History[i].At)
	}
	d.Effects = append([]event.EffectOutcome(nil), d.Effects...)
	return d
}
