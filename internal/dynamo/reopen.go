package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Reopen implements event.Ledger. It takes a second request for a delivery whose
// lease runs, to note allowStale. If that attempt ends in between, the error is
// ErrConflict.
func (t *Tables) Reopen(ctx context.Context, ref event.DeliveryRef, now time.Time, allowStale bool) error {
	if checkDelivery(ref) != nil {
		return notReopened(ref)
	}
	owner := "reopen-" + nonce()
	old, err := t.reopen(ctx, ref, now, allowStale, owner)
	if err != nil {
		return fmt.Errorf("reopen %s for %s: %w", ref.Event, ref.Action, err)
	}
	r := &reader{item: old}
	switch {
	case r.str("owner") == owner: // done, if by a repeat whose first reply was lost
		return nil
	case r.str("state") != string(event.Waiting):
		return notReopened(ref)
	case !allowStale || r.bool("stale"):
		return nil // a running attempt, which has the wish or need not know of it
	}
	return t.noteStale(ctx, ref, owner, now)
}

// reopen returns the item as it is then: with the owner if it was reopened. The
// owner in the condition keeps a repeat from beginning a second round.
func (t *Tables) reopen(ctx context.Context, ref event.DeliveryRef, now time.Time, allowStale bool, owner string) (item, error) {
	values := operatorValues(now, owner)
	values[":done"], values[":yes"] = str(string(event.Done)), yes
	values[":none"], values[":one"], values[":open"] = num("0"), num("1"), str(openOf(event.Waiting, ref))
	set, remove := "", ", #stale"
	if allowStale {
		set, remove = ", #stale = :yes", ""
	}
	it, err := t.update(ctx, deliveryID(ref),
		"SET #state = :waiting, #owner = :owner, #next = :now, #updated = :now, #reopened = :now, #open = :open,"+
			" #before = if_not_exists(#attempt, :none), #round = if_not_exists(#round, :none) + :one"+set+
			" REMOVE #ensured, #lease, #sent, #sender, #outcome, #error, #effect, #effects, #withheld"+remove,
		"("+open+" OR (#state = :done AND #withheld = :yes)) AND (attribute_not_exists(#owner) OR #owner <> :owner)", values)
	if old, ok := conditionFailed(err); ok {
		return old, nil
	}
	return it, err
}

// open is the condition that an operator may decide about a delivery that is
// not done.
const open = "#state IN (:parked, :unknown) OR (#state = :waiting AND " + idle + ")"

func operatorValues(now time.Time, owner string) item {
	return item{
		":waiting": str(string(event.Waiting)), ":parked": str(string(event.Parked)), ":unknown": str(string(event.Unknown)),
		":owner": str(owner), ":now": str(format(now, millis)),
	}
}

// noteStale notes on a running attempt that effects may come late, and takes the
// delivery from it: its commit would replace the note.
func (t *Tables) noteStale(ctx context.Context, ref event.DeliveryRef, owner string, now time.Time) error {
	_, err := t.update(ctx, deliveryID(ref), "SET #stale = :yes, #owner = :owner", "#state = :waiting AND #lease > :now",
		item{":yes": yes, ":owner": str(owner), ":waiting": str(string(event.Waiting)), ":now": str(format(now, millis))})
	if _, ok := conditionFailed(err); ok {
		err = fmt.Errorf("its attempt ended just now: %w", event.ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("reopen %s for %s: %w", ref.Event, ref.Action, err)
	}
	return nil
}

func notReopened(ref event.DeliveryRef) error {
	return fmt.Errorf("reopen %s for %s, which is neither parked, unknown, withheld nor waiting: %w", ref.Event, ref.Action, event.ErrNotFound)
}

// Discard implements event.Ledger.
func (t *Tables) Discard(ctx context.Context, ref event.DeliveryRef, now time.Time, by string) error {
	fail := func(err error) error { return fmt.Errorf("discard %s for %s: %w", ref.Event, ref.Action, err) }
	if checkDelivery(ref) != nil {
		return fail(event.ErrNotFound)
	}
	owner := "discard-" + nonce()
	values := operatorValues(now, owner)
	values[":discarded"], values[":open"] = str(string(event.Discarded)), str(openOf(event.Discarded, ref))
	set, remove := "", ", #by"
	if by != "" {
		set, remove, values[":by"] = ", #by = :by", "", str(by)
	}
	_, err := t.update(ctx, deliveryID(ref),
		"SET #state = :discarded, #open = :open, #next = :now, #owner = :owner, #updated = :now"+set+" REMOVE #ensured, #lease, #sent, #sender"+remove, open, values)
	if err == nil {
		return nil
	}
	old, ok := conditionFailed(err)
	switch {
	case !ok:
		return fail(err)
	case (&reader{item: old}).str("owner") == owner: // our own, its reply was lost
		return nil
	}
	return fail(fmt.Errorf("it is neither parked, unknown nor waiting without an attempt under way: %w", event.ErrNotFound))
}
