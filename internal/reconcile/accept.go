package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/parallel"
	"github.com/payhooks/payhooks/internal/webhook"
)

// acceptAll takes a page of events, those that both lists have once in a run. Which of
// them we have takes one request.
func (m *Missing) acceptAll(ctx context.Context, s event.Scope, bodies [][]byte) error {
	bodies = slices.DeleteFunc(slices.Clone(bodies), func(body []byte) bool {
		f, _ := webhook.Parse(body)
		return f.ID != "" && m.met[f.ID]
	})
	found, err := m.stored(ctx, bodies)
	if err != nil {
		return err
	}
	return parallel.Each(ctx, accepting, bodies, func(ctx context.Context, body []byte) error {
		f, _ := webhook.Parse(body)
		if st, ok := found[f.ID]; !ok || st.Unfetched() {
			if err := m.accept(ctx, s, body, &m.Fetched); err != nil {
				return err
			}
		} else {
			m.add(&m.Listed)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.met[f.ID] = true
		return nil
	})
}

// accepting is how many events of a page are taken at once.
const accepting = 16

// stored returns those of the events that we have and can read.
func (m *Missing) stored(ctx context.Context, bodies [][]byte) (map[string]event.Stored, error) {
	var ids []string
	for _, body := range bodies {
		if f, _ := webhook.Parse(body); f.ID != "" {
			ids = append(ids, f.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := m.Intake.Store.Events(ctx, ids)
	if err != nil && !errors.Is(err, event.ErrInvalid) {
		return nil, fmt.Errorf("look for events: %w", err)
	}
	return found, nil
}

func (m *Missing) add(count *int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	*count++
}

// accept puts an event that we do not have through the same intake as posted
// events.
func (m *Missing) accept(ctx context.Context, s event.Scope, body []byte, r *Fetched) error {
	m.add(&r.Listed)
	known, f, err := m.known(ctx, body)
	if err != nil || known {
		return err
	}
	if f.Created.After(m.Now().Add(-m.MinAge)) {
		m.add(&r.Young)
		return nil
	}
	_, result, reason, err := m.Intake.Accept(ctx, m.arrival(s), body)
	if errors.Is(err, event.ErrTooLarge) {
		m.Log.ErrorContext(ctx, "stored from list", "event", f.ID, "type", f.Type, "error", err.Error())
		return nil // it will never fit, and must not stop the others
	}
	if err != nil {
		return fmt.Errorf("store event %s: %w", f.ID, err)
	}
	switch result {
	case event.ResultStored:
		m.add(&r.Stored)
		if first := m.first[s]; r == &m.Fetched && !m.run.Now && !first.IsZero() && f.Created.After(first) {
			m.add(&r.Undelivered)
		}
	case event.ResultQuarantined:
		m.add(&r.Quarantined)
	}
	m.Log.InfoContext(ctx, "stored from list", "event", f.ID, "type", f.Type, "result", result.String(), "reason", string(reason), "created", f.Created)
	return nil
}

// known reports whether the store has the event, be it readable or not: under the id of
// its occurrence, or a thin one under the id that it was delivered with.
func (m *Missing) known(ctx context.Context, body []byte) (bool, event.Facts, error) {
	f, _ := webhook.Parse(body)
	ids := []string{f.ID}
	if f.Thin() {
		ids = append(ids, idOf(body))
	}
	for _, id := range slices.Compact(ids) {
		if id == "" {
			continue
		}
		s, err := m.Intake.Store.Get(ctx, id)
		switch {
		case err == nil && s.Unfetched() && !f.Thin():
			return false, f, nil // the snapshot of a thin event that has none yet
		case err == nil, errors.Is(err, event.ErrInvalid):
			return true, f, nil
		case !errors.Is(err, event.ErrNotFound):
			return false, f, fmt.Errorf("look for event %s: %w", id, err)
		}
	}
	return false, f, nil
}

// arrival marks an event as listed: that is its endpoint. Its mode was chosen by
// the listing.
func (m *Missing) arrival(s event.Scope) ingest.Arrival {
	connect := s.Account != "" || m.admits(event.Scope{Account: "acct", Livemode: s.Livemode})
	return ingest.Arrival{
		Endpoint: webhook.Endpoint{Name: event.EndpointListed, Expect: webhook.ExpectAny, Connect: connect},
		Account:  s.Account, Received: m.Now(),
	}
}
