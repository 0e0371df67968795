package operator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Events selects the stored events that all that is given applies to.
type Events struct {
	IDs              []string
	Object, Customer string
	Types            []string // a star at an end stands for anything
	// From and To are the times of receipt, [From, To). Zero is any time.
	From, To time.Time
	Action   string // only what this action's rule selects; empty: any action's
}

// Everything reports whether nothing selects; Action alone does not.
func (f Events) Everything() bool {
	return len(f.IDs)+len(f.Types) == 0 && f.Object+f.Customer == "" && f.From.IsZero() && f.To.IsZero()
}

// SelectedEvent is one selected event.
type SelectedEvent struct {
	ID       string    `json:"id"`
	Type     string    `json:"type"`
	Received time.Time `json:"received"`

	past past
}

// Position is where the event is in the order of receipt, as text.
func (e SelectedEvent) Position() string {
	return e.Received.UTC().Format(time.RFC3339Nano) + "/" + e.ID
}

func (e SelectedEvent) compare(o SelectedEvent) int {
	return cmp.Or(e.Received.Compare(o.Received), cmp.Compare(e.ID, o.ID))
}

// ParsePosition reads a Position; the event's type is not in it.
func ParsePosition(text string) (SelectedEvent, error) {
	at, id, ok := strings.Cut(text, "/")
	t, err := time.Parse(time.RFC3339Nano, at)
	if !ok || err != nil || id == "" {
		return SelectedEvent{}, fmt.Errorf("%q is not a position that a stopped run returned: %w", text, event.ErrInvalid)
	}
	return SelectedEvent{ID: id, Received: t}, nil
}

// find returns the selected events with a subscriber, in the order of their
// receipt; rules are the names of all actions that have one. unreadable names events that cannot be read, besides all that can.
func (o *Operator) find(ctx context.Context, f Events, rules []string) (all []SelectedEvent, unreadable, err error) {
	if f.Action != "" && !slices.Contains(rules, f.Action) {
		return nil, nil, noAction(f.Action, rules)
	}
	stored, unreadable, err := o.candidates(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range stored {
		if !f.matches(e.Facts) {
			continue
		}
		subscribers, err := o.takers(ctx, e, f.Action)
		if err != nil {
			return nil, nil, err
		}
		if len(subscribers) > 0 {
			all = append(all, SelectedEvent{e.ID, e.Type, e.Received, pastOf(e, subscribers, rules)})
		}
	}
	slices.SortFunc(all, SelectedEvent.compare)
	return all, unreadable, nil
}

// candidates are the named events, or without names all that were received in
// the time, until now where it has no end.
func (o *Operator) candidates(ctx context.Context, f Events) (all []event.Stored, unreadable, err error) {
	if len(f.IDs) == 0 {
		from, to := f.From, f.To
		if from.IsZero() {
			from = o.Now().Add(-ever)
		}
		if to.IsZero() {
			to = o.Now()
		}
		return event.Collect(event.ReceivedBetween(ctx, o.Store, from, to))
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(f.IDs))) {
		e, err := o.get(ctx, id)
		switch {
		case errors.Is(err, event.ErrNotFound):
			return nil, nil, o.notStored(ctx, id)
		case errors.Is(err, event.ErrInvalid):
			unreadable = errors.Join(unreadable, err)
		case err != nil:
			return nil, nil, err
		default:
			all = append(all, e)
		}
	}
	return all, unreadable, nil
}

func (f Events) matches(e event.Facts) bool {
	return (f.Object == "" || e.Object == f.Object || e.Subject == f.Object) &&
		(f.Customer == "" || e.Customer == f.Customer || e.Object == f.Customer) &&
		(len(f.Types) == 0 || slices.ContainsFunc(f.Types, func(t string) bool { return ofType(e.Type, t) })) &&
		(f.From.IsZero() || !e.Received.Before(f.From)) && (f.To.IsZero() || e.Received.Before(f.To))
}
