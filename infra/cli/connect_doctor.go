package cli

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/doctor"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/stripeapi"
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

// PostsTo implements doctor.Registered.
func (t *Target) PostsTo(ctx context.Context, base string) (ids []string, err error) {
	api := t.StripeAPI()
	keys, err := api.Kinds(ctx)
	if err != nil {
		return nil, err
	}
	for live, has := range map[bool]bool{true: keys.Live, false: keys.Test} {
		if !has {
			continue
		}
		for _, list := range []event.Destinations{stripeapi.Endpoints{Client: api}, stripeapi.Destinations{Client: api}} {
			all, err := list.List(ctx, live)
			if err != nil {
				return nil, err
			}
			for _, d := range all {
				if d.Enabled && strings.HasPrefix(strings.ToLower(d.URL), strings.ToLower(base)+"/") {
					ids = append(ids, d.ID)
				}
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
