package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Import is an object of Stripe's that no stored event reports, as an event for one
// action. The event's id names the object: an object is imported once.
type Import struct {
	Body    []byte // the event, as Stripe would make it
	Account string // connected account; empty for the stack's own
}

// Imports brings objects to one action.
type Imports struct {
	Action    string
	Retention time.Duration // how long events are kept

	o *Operator
}

// PlanImports refuses an action without a rule.
func (o *Operator) PlanImports(ctx context.Context, action string, retention time.Duration) (*Imports, error) {
	return &Imports{Action: action, Retention: retention, o: o}, o.knownAction(ctx, action)
}

// Run stores each event and sends it to the action, at the pace, and returns how many were
// stored now. One that was stored before is sent again if its delivery waits. When ctx
// ends or one fails, those before are done; all may be repeated.
func (p *Imports) Run(ctx context.Context, pace Pace, all []Import) (stored int, err error) {
	results := make([]event.Result, len(all))
	_, err = p.o.each(ctx, pace, len(all), func(ctx context.Context, i int) (err error) {
		results[i], err = p.one(ctx, all[i])
		return err
	})
	for _, r := range results {
		if r == event.ResultStored {
			stored++
		}
	}
	return stored, err
}

// one stores the event, records the delivery and sends it: what is lost in between,
// reconcile records and sends.
func (p *Imports) one(ctx context.Context, i Import) (event.Result, error) {
	f, reason := webhook.Parse(i.Body)
	if reason != "" {
		return 0, fmt.Errorf("import %s: %s: %w", f.ID, reason, event.ErrInvalid)
	}
	f.Endpoint, f.Account, f.Received = event.EndpointImported, i.Account, p.o.Now()
	subscribers, err := p.o.Bus.Subscribers(ctx, event.Envelope{Facts: f, Only: p.Action})
	if err != nil {
		return 0, err
	}
	if !slices.Contains(subscribers, p.Action) {
		return 0, fmt.Errorf("the rule of %s does not take %s: %w", p.Action, f.Type, event.ErrInvalid)
	}
	expires := f.Received.Add(p.Retention)
	result, err := p.o.Store.Import(ctx, event.Event{Facts: f, Body: i.Body}, subscribers, expires)
	if err != nil {
		return result, err
	}
	if result != event.ResultStored {
		if f, expires, err = p.o.imported(ctx, f.ID); err != nil || f.ID == "" {
			return result, err
		}
	}
	now := p.o.Now()
	ref := event.DeliveryRef{Action: p.Action, Event: f.ID}
	err = p.o.Ledger.Ensure(ctx, event.Ensured{DeliveryRef: ref, Now: now, Expires: event.DeliveryExpiry(expires, now)})
	if err == nil {
		err = p.o.redeliver(ctx, f, p.Action)
	}
	return result, err
}

// imported is what was imported before under the id; none if it was erased since.
func (o *Operator) imported(ctx context.Context, id string) (event.Facts, time.Time, error) {
	s, err := o.Store.Get(ctx, id)
	if errors.Is(err, event.ErrErased) || errors.Is(err, event.ErrNotFound) {
		return event.Facts{}, time.Time{}, nil
	}
	return s.Facts, s.Expires, err
}

// takers are the actions that get the event, or the one of them that is named: those
// whose rules select it, but of an imported event only those that it was imported for.
func (o *Operator) takers(ctx context.Context, s event.Stored, only string) ([]string, error) {
	actions, err := o.Bus.Subscribers(ctx, event.Envelope{Facts: s.Facts, Only: only})
	if err != nil {
		return nil, fmt.Errorf("subscribers of %s: %w", s.ID, err)
	}
	if s.Endpoint == event.EndpointImported {
		actions = slices.DeleteFunc(actions, func(name string) bool { return !slices.Contains(s.Subscribers, name) })
	}
	return actions, nil
}
