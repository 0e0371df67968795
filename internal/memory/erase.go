package memory

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

var _ event.Erasure = (*Store)(nil)

// erasePage is how many items or records a page has.
const erasePage = 100

// Items implements event.Erasure; in order of the ids.
func (s *Store) Items(ctx context.Context, after string) (page []event.Stored, next string, err error) {
	err = s.do(ctx, Op{"Items", after}, func() error {
		all := maps.Clone(s.renderings)
		for id, r := range s.events {
			all[id] = r.Stored
		}
		page = nil
		var ids []string
		ids, next = behind(sorted(all, cmp.Compare[string]), after)
		for _, id := range ids {
			page = append(page, clone(all[id]))
		}
		return nil
	})
	return page, next, err
}

// Records implements event.Erasure; in order of the keys.
func (s *Store) Records(ctx context.Context, after string) (ds []event.Delivery, es []event.Effect, next string, err error) {
	err = s.do(ctx, Op{"Records", after}, func() error {
		deliveries, effects := map[string]event.Delivery{}, map[string]event.Effect{}
		for ref, d := range s.deliveries {
			deliveries[ref.Key()] = normalDelivery(d.Delivery)
		}
		for ref, e := range s.effects {
			effects[ref.Action+"#effect#"+ref.Scope.Text()+"#"+ref.Key] = normalEffect(e.Effect)
		}
		ds, es = nil, nil
		var keys []string
		keys, next = behind(slices.Sorted(slices.Values(slices.Concat(slices.Collect(maps.Keys(deliveries)), slices.Collect(maps.Keys(effects))))), after)
		for _, k := range keys {
			if d, ok := deliveries[k]; ok {
				ds = append(ds, d)
			} else {
				es = append(es, effects[k])
			}
		}
		return nil
	})
	return ds, es, next, err
}

// behind is a page of the keys, which are in order, and where the next one begins.
func behind(keys []string, after string) (page []string, next string) {
	n, found := slices.BinarySearch(keys, after)
	if found {
		n++
	}
	page = keys[n:min(n+erasePage, len(keys))]
	if n+len(page) < len(keys) {
		next = page[len(page)-1]
	}
	return page, next
}

// EraseItem implements event.Erasure.
func (s *Store) EraseItem(ctx context.Context, st event.Stored, at time.Time) error {
	if err := checkKey("event id", st.ID); err != nil {
		return err
	}
	return s.do(ctx, Op{"EraseItem", st.ID}, func() error {
		s.index.receipts = nil
		if left := leftOf(st, at); strings.Contains(st.ID, "#") {
			s.renderings[st.ID] = left
		} else {
			s.events[st.ID] = &record{Stored: left}
		}
		return nil
	})
}

// leftOf is what is left of an item that was erased.
func leftOf(st event.Stored, at time.Time) event.Stored {
	f := normal(event.Facts{ID: st.ID, Type: st.Type, Created: st.Created, Scope: st.Scope, Received: st.Received})
	return event.Stored{Event: event.Event{Facts: f}, Erased: millis(at), Expires: seconds(event.ErasedUntil(st.Expires, at))}
}

// EraseDelivery implements event.Erasure.
func (s *Store) EraseDelivery(ctx context.Context, d event.Delivery) error {
	if err := checkDelivery(d.Ref()); err != nil {
		return err
	}
	owner := s.nonce()
	return s.do(ctx, opOf("EraseDelivery", d.Ref()), func() error {
		s.unopen(d.Ref())
		left := event.Delivery{Event: d.Event, Action: d.Action, State: d.State, Owner: "erased " + owner, Next: d.Updated, Updated: d.Updated, By: d.By, Expires: d.Expires}
		s.deliveries[d.Ref()] = &delivery{Delivery: normalDelivery(left)}
		s.open(d.Ref())
		return nil
	})
}

// EraseEffect implements event.Erasure.
func (s *Store) EraseEffect(ctx context.Context, e event.Effect, at time.Time) error {
	if err := checkEffect(e.EffectRef); err != nil {
		return err
	}
	owner := s.nonce()
	return s.do(ctx, Op{"EraseEffect", e.Key}, func() error {
		old, ok := s.effects[e.EffectRef]
		switch {
		case !ok:
		case old.Read():
			delete(s.effects, e.EffectRef)
		default:
			old.Owner, old.Result, old.Error, old.Updated, old.ByOperator = "erased "+owner, event.NoResult, "", millis(at), false
		}
		return nil
	})
}

// RemoveRow implements event.Erasure.
func (s *Store) RemoveRow(ctx context.Context, table, key string, version int64) error {
	if err := errors.Join(checkKey("table", table), checkKey("key", key)); err != nil {
		return err
	}
	return s.do(ctx, Op{"RemoveRow", table + " " + key}, func() error {
		switch old, ok := s.rows[pair{table, key}]; {
		case !ok: // we removed it, and the reply was lost
			return nil
		case old.Version != version:
			return event.ErrConflict
		}
		delete(s.rows, pair{table, key})
		return nil
	})
}
