package ingest

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Intake is what every event passes on its way in, whether it was posted or
// fetched. Whoever brings it vouches for it. Safe for concurrent use.
type Intake struct {
	Store      event.Store
	Quarantine event.Quarantine
	Retention  time.Duration // how long events are kept
	// Parse reads a body; nil is webhook.Parse.
	Parse func(body []byte) (event.Facts, webhook.Reason)
}

// Arrival says where a body comes from.
type Arrival struct {
	Endpoint webhook.Endpoint
	// Account is the connected account of an event whose body does not say:
	// Stripe leaves it out where the request named it.
	Account  string
	Received time.Time
}

// Accept puts the event where it belongs and says which: stored, duplicate,
// conflict, quarantined:<why> or ignored. The event is durable, or rightly
// dropped, if the error is nil. event.ErrTooLarge: it never can be.
func (d *Intake) Accept(ctx context.Context, from Arrival, body []byte) (f event.Facts, became string, err error) {
	if len(body) > webhook.MaxBody {
		return f, "", fmt.Errorf("body of %d bytes: %w", len(body), event.ErrTooLarge)
	}
	f, reason, err := d.parse(body)
	if err != nil {
		return f, "", err
	}
	f.Endpoint, f.Received = from.Endpoint.Name, from.Received
	if f.Account == "" {
		f.Account = from.Account
	}
	became, err = d.store(ctx, from.Endpoint, event.Event{Facts: f, Body: body}, reason)
	return f, became, err
}

func (d *Intake) store(ctx context.Context, endpoint webhook.Endpoint, e event.Event, reason webhook.Reason) (string, error) {
	if reason == "" {
		var ignore bool
		if reason, ignore = endpoint.Admit(e.Facts); ignore {
			return "ignored", nil
		}
	}
	expires := e.Received.Add(d.Retention)
	if reason != "" {
		return "quarantined:" + string(reason), d.Quarantine.Hold(ctx, quarantined(e, reason, expires))
	}
	result, err := d.Store.Put(ctx, e, expires)
	switch result {
	case event.PutDuplicate:
		return "duplicate", err
	case event.PutConflict:
		return "conflict", err
	default:
		return "stored", err
	}
}

// parse returns an error if the parser panics. The error has the place, and
// never what was parsed.
func (d *Intake) parse(body []byte) (f event.Facts, reason webhook.Reason, err error) {
	defer func() {
		if p := recover(); p != nil {
			f, err = event.Facts{}, &panicked{value: p, stack: string(debug.Stack())}
		}
	}()
	if d.Parse != nil {
		f, reason = d.Parse(body)
		return f, reason, nil
	}
	f, reason = webhook.Parse(body)
	return f, reason, nil
}
