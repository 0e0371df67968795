package cli

import (
	"context"
	"maps"
	"slices"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/doctor"
	"github.com/payhooks/payhooks/internal/ingest"
)

// Registrations implements doctor.Registered.
func (t *Target) Registrations(ctx context.Context) (all []doctor.Registration, err error) {
	s, err := t.settings(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := t.StripeAPI().Kinds(ctx); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(s.endpoints)) {
		r, err := t.registration(ctx, name, s.source != "")
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// registration finds an endpoint in either style, snapshots first.
func (t *Target) registration(ctx context.Context, name string, hasSource bool) (r doctor.Registration, err error) {
	for _, thin := range []bool{false, true} {
		as := Connection{Endpoint: name, Version: events.Go, Thin: thin, EventBridge: hasSource && name == ingest.EventBridgeEndpoint}
		c, err := t.Connect(ctx, as)
		if err != nil {
			return r, err
		}
		got, err := c.Compare(ctx, c.Want)
		if err != nil {
			return r, err
		}
		if r.ID == "" && (got.Endpoint != "" || !thin) {
			r = doctor.Registration{Endpoint: name, ID: got.Endpoint, Differences: got.Differences, Next: got.Next}
		}
		if r.ID != "" {
			break
		}
	}
	return r, nil
}
