package operator

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Item is something that needs a person: a parked or unknown delivery, a
// quarantined request or a dead letter. A list of what
// was discarded has such items, too.
type Item struct {
	Event    string    `json:"event,omitempty"` // empty: a dead letter that cannot be read
	Action   string    `json:"action,omitempty"`
	State    string    `json:"state"` // parked, unknown, quarantined, dead or discarded
	Reason   string    `json:"reason"`
	Since    time.Time `json:"since"`
	Attempts int       `json:"attempts"`           // of a dead letter: how often it was received
	Effect   string    `json:"effect,omitempty"`   // key of the effect whose outcome is unknown
	Endpoint string    `json:"endpoint,omitempty"` // of what is quarantined
	By       string    `json:"by,omitempty"`       // of what is discarded: by whom, and why
}

// Attention lists all that needs a person, the oldest first, with up to limit
// dead letters. Items that can be read are returned also with an error.
func (o *Operator) Attention(ctx context.Context, limit int) ([]Item, error) {
	all, parked := o.Parked(ctx, Deliveries{})
	quarantined, held := o.ListQuarantine(ctx, "")
	dead, letters := o.ListDeadLetters(ctx, "", limit)
	all = slices.Concat(all, quarantined, dead)
	sortItems(all)
	return all, errors.Join(parked, held, letters)
}

// Parked lists the selected deliveries that are parked or unknown, the oldest first.
// Those that can be read are returned also with an error. An event or action that is
// named must exist if nothing of it is found.
func (o *Operator) Parked(ctx context.Context, which Deliveries) ([]Item, error) {
	return o.items(ctx, which, event.Parked, event.Unknown)
}

// Discarded lists the selected deliveries that were discarded, each with who did it,
// the first discarded first; else as Parked.
func (o *Operator) Discarded(ctx context.Context, which Deliveries) ([]Item, error) {
	return o.items(ctx, which, event.Discarded)
}

// OverdueAfter is how long ago a waiting delivery was due that counts as overdue.
const OverdueAfter = 30 * time.Minute

// Overdue lists the waiting deliveries that are overdue, each since its last attempt;
// else as Parked.
func (o *Operator) Overdue(ctx context.Context) ([]Item, error) {
	ds, err := o.unfinishedBefore(ctx, Deliveries{}, o.Now().Add(-OverdueAfter), event.Waiting)
	return itemsOf(ds), err
}

func (o *Operator) items(ctx context.Context, which Deliveries, states ...event.State) ([]Item, error) {
	ds, err := o.selected(ctx, which, states...)
	return itemsOf(ds), err
}

func itemOf(d event.Delivery) Item {
	return Item{
		Event: d.Event, Action: d.Action, State: string(d.State), Reason: d.Error,
		Since: d.Updated, Attempts: d.Attempts, Effect: d.Effect, By: d.By,
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
