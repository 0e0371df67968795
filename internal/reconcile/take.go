package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// take puts an event that we do not have through the door that posted events
// pass.
func (m *Missed) take(ctx context.Context, s scope, body []byte, r *Fetched) error {
	r.Listed++
	known, f, err := m.known(ctx, body)
	if err != nil || known {
		return err
	}
	_, became, err := m.Intake.Accept(ctx, m.arrival(s), body)
	if errors.Is(err, event.ErrTooLarge) {
		m.Log.ErrorContext(ctx, "recovered", "event", f.ID, "type", f.Type, "error", err.Error())
		return nil // it will never fit, and must not hold up the others
	}
	if err != nil {
		return fmt.Errorf("store event %s: %w", f.ID, err)
	}
	switch {
	case became == "stored":
		r.Stored++
	case strings.HasPrefix(became, "quarantined"):
		r.Quarantined++
	}
	m.Log.InfoContext(ctx, "recovered", "event", f.ID, "type", f.Type, "reason", became, "created", f.Created)
	return nil
}

// known reports whether the store has the event, be it readable or not.
func (m *Missed) known(ctx context.Context, body []byte) (bool, event.Facts, error) {
	f, _ := webhook.Parse(body)
	if f.ID == "" {
		return false, f, nil
	}
	_, err := m.Intake.Store.Get(ctx, f.ID)
	if errors.Is(err, event.ErrNotFound) {
		return false, f, nil
	}
	if err != nil && !errors.Is(err, event.ErrInvalid) {
		return false, f, fmt.Errorf("look for event %s: %w", f.ID, err)
	}
	return true, f, nil
}

// arrival marks an event as recovered: that is its endpoint. Its mode was
// chosen by the listing.
func (m *Missed) arrival(s scope) ingest.Arrival {
	connect := s.Account != "" || m.admits(scope{Account: "acct", Livemode: s.Livemode})
	return ingest.Arrival{
		Endpoint: webhook.Endpoint{Name: event.EndpointListed, Mode: webhook.ModeAny, Connect: connect},
		Account:  s.Account, Received: m.Now(),
	}
}
