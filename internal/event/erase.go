package event

import (
	"context"
	"encoding/json"
	"time"
)

// Erasure finds all that is kept of events and takes a person's data out of it. It
// reads whole tables; no function of the stack uses it. Safe for concurrent use.
type Erasure interface {
	// Items returns a page of what is kept of events, in no order and with bodies: the
	// events, their renderings, what was fetched for thin ones, and what is left of
	// erased ones. after is empty for the first page, else next of the page before; next
	// is empty after the last. One request. An error that is ErrInvalid names those of
	// the page that cannot be read; they are returned as far as they can be.
	Items(ctx context.Context, after string) (page []Stored, next string, err error)
	// Records is Items for deliveries and effects.
	Records(ctx context.Context, after string) (ds []Delivery, es []Effect, next string, err error)
	// EraseItem leaves of an item, or puts where there is none, its id, type, scope and
	// times: Stored.Erased is at, Get returns ErrErased, and Put of the event
	// ResultDuplicate. It is in no listing. It is kept until s.Expires, and for as long as
	// Stripe lists or retries the event.
	EraseItem(ctx context.Context, s Stored, at time.Time) error
	// EraseDelivery leaves of a delivery, or of none, that it is finished: in d.State, as
	// d.By says. Its owner is a new one, so that no attempt can commit.
	EraseDelivery(ctx context.Context, d Delivery) error
	// EraseEffect removes what was read elsewhere. Of an effect it leaves NoResult and no
	// error, and keeps the key and the state, so that no other event repeats it; an attempt
	// that performs it at that time cannot record how it ended.
	EraseEffect(ctx context.Context, e Effect, at time.Time) error
	// RemoveRow deletes a row of state; ErrConflict if its version moved.
	RemoveRow(ctx context.Context, table, key string, version int64) error
}

// NoResult is the result of an effect that was erased.
var NoResult = json.RawMessage("null")

// Read reports whether the effect is what an action read elsewhere: see Ledger.Remember.
func (e Effect) Read() bool { return e.State == EffectDone && e.Lease.IsZero() }

// remembered is how long Stripe may still list an event or send it again, after which
// nothing would recognise it as erased.
const remembered = StripeRetention + 10*24*time.Hour

// ErasedUntil is how long what is left of an event is kept that is erased at that time.
// Zero is for ever.
func ErasedUntil(expires, at time.Time) time.Time {
	if least := at.Add(remembered); !expires.IsZero() && expires.Before(least) {
		return least
	}
	return expires
}
