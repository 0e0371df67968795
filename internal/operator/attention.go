package operator

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Item is something that needs a person: a parked or unknown delivery, a
// quarantined request or a dead letter.
type Item struct {
	Event    string    `json:"event,omitempty"` // empty: a dead letter that cannot be read
	Action   string    `json:"action,omitempty"`
	State    string    `json:"state"` // parked, unknown, quarantined or dead
	Reason   string    `json:"reason"`
	Since    time.Time `json:"since"`
	Attempts int       `json:"attempts"`           // of a dead letter: how often it was received
	Effect   string    `json:"effect,omitempty"`   // key of the effect whose outcome is unknown
	Endpoint string    `json:"endpoint,omitempty"` // of what is quarantined
}

// Attention lists all that needs a person, the oldest first, with up to limit
// dead letters. Items that can be read are returned also with an error.
func (o *Operator) Attention(ctx context.Context, limit int) ([]Item, error) {
	all, parked := o.Parked(ctx)
	quarantined, held := o.ListQuarantine(ctx)
	dead, letters := o.ListDeadLetters(ctx, "", limit)
	all = slices.Concat(all, quarantined, dead)
	sortItems(all)
	return all, errors.Join(parked, held, letters)
}

// Parked lists the parked and unknown deliveries, the oldest first. Those that
// can be read are returned also with an error.
func (o *Operator) Parked(ctx context.Context) ([]Item, error) {
	ds, err := o.unfinished(ctx, event.Parked, event.Unknown)
	return itemsOf(ds), err
}

// unfinished returns the deliveries in these states, the oldest first. Those
// that can be read are returned also with any error.
func (o *Operator) unfinished(ctx context.Context, states ...event.State) (ds []event.Delivery, failed error) {
	for _, st := range states {
		some, unreadable, err := event.Collect(event.UnfinishedDeliveries(ctx, o.Ledger, st, o.Now().AddDate(10, 0, 0)))
		ds, failed = append(ds, some...), errors.Join(failed, unreadable, err)
	}
	slices.SortFunc(ds, func(a, b event.Delivery) int {
		return cmp.Or(a.Updated.Compare(b.Updated), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Action, b.Action))
	})
	return ds, failed
}

func itemOf(d event.Delivery) Item {
	return Item{
		Event: d.Event, Action: d.Action, State: string(d.State), Reason: d.Error,
		Since: d.Updated, Attempts: d.Attempts, Effect: d.Effect,
	}
}

func itemsOf(ds []event.Delivery) []Item {
	var items []Item
	for _, d := range ds {
		items = append(items, itemOf(d))
	}
	return items
}

func sortItems(items []Item) {
	slices.SortStableFunc(items, func(a, b Item) int { return a.Since.Compare(b.Since) })
}
