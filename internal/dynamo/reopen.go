package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/event"
)

// Reopen implements event.Ledger. The record loses its owner, so that the
// attempt that parked it cannot commit any more.
func (t *Tables) Reopen(ctx context.Context, id, action string, now time.Time, allowStale bool) error {
	if checkDelivery(id, action) != nil {
		return fmt.Errorf("reopen %s for %s: %w", id, action, event.ErrNotFound)
	}
	yes := &types.AttributeValueMemberBOOL{Value: true}
	stale := &types.AttributeValueMemberBOOL{Value: allowStale}
	_, err := t.updateDelivery(ctx, id, action,
		"SET #state = :waiting, #next = :now, #updated = :now, #open = :open, #attempt = :none, #stale = :stale"+
			" REMOVE #owner, #sent, #sender, #first, #effect, #outcome, #ignored",
		"#state IN (:parked, :unknown) OR (#state = :done AND #ignored = :yes)", item{
			":waiting": str(string(event.Waiting)), ":parked": str(string(event.Parked)), ":unknown": str(string(event.Unknown)),
			":done": str(string(event.Done)), ":yes": yes, ":stale": stale, ":none": &types.AttributeValueMemberN{Value: "0"},
			":now": str(format(now, millis)), ":open": str(open(event.Waiting, shard(id))),
		})
	if err == nil {
		return nil
	}
	old, ok := refused(err)
	if !ok {
		return fmt.Errorf("reopen %s for %s: %w", id, action, err)
	}
	if reopened(old, now, allowStale) {
		return nil // our own, its reply was lost
	}
	return t.hasten(ctx, id, action, now, allowStale)
}

// reopened reports whether the item is as a Reopen of now left it.
func reopened(it item, now time.Time, allowStale bool) bool {
	r := &reader{item: it}
	return r.str("state") == string(event.Waiting) && r.str("owner") == "" && r.str("updated") == format(now, millis) &&
		(r.bool("stale") || !allowStale)
}

// hasten is Reopen for what is Waiting.
func (t *Tables) hasten(ctx context.Context, id, action string, now time.Time, allowStale bool) error {
	values := item{
		":waiting": str(string(event.Waiting)), ":now": str(format(now, millis)), ":none": &types.AttributeValueMemberN{Value: "0"},
		":running": str(format(now.Add(event.MaxLease), millis)),
	}
	note := ""
	if allowStale {
		note, values[":yes"] = ", #stale = :yes", &types.AttributeValueMemberBOOL{Value: true}
	}
	_, err := t.updateDelivery(ctx, id, action,
		"SET #next = :now, #updated = :now, #attempt = :none"+note+" REMOVE #owner, #sent, #sender, #first",
		"#state = :waiting AND #next > :running", values)
	if err == nil {
		return nil
	}
	old, ok := refused(err)
	switch {
	case !ok:
		return fmt.Errorf("reopen %s for %s: %w", id, action, err)
	case reopened(old, now, allowStale):
		return nil
	case allowStale:
		_, err = t.updateDelivery(ctx, id, action, "SET #stale = :yes", "#state = :waiting",
			item{":yes": values[":yes"], ":waiting": values[":waiting"]})
		if _, ok := refused(err); !ok {
			return err
		}
	}
	return fmt.Errorf("reopen %s for %s, which is neither parked, unknown nor ignored, nor waits for long: %w", id, action, event.ErrNotFound)
}
