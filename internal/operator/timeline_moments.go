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
	"github.com/payhooks/payhooks/internal/money"
)

// States of moments that are not those of deliveries.
const (
	momentReceived = "received"
	momentFetched  = "fetched"
	momentPending  = "pending"
	momentErased   = "erased"
	momentBegan    = "began"
	momentFailed   = "failed"
	momentReopened = "reopened"
)

// moments are those of all events and of what is quarantined, by event.
func (f *thread) moments(ctx context.Context) ([]Moment, error) {
	all := make([]threadEvent, 0, len(f.events))
	for _, e := range f.events {
		all = append(all, e)
		f.skip(e.err)
	}
	slices.SortFunc(all, func(a, b threadEvent) int {
		return cmp.Or(a.Received.Compare(b.Received), a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	of, err := f.deliveries(ctx, all)
	if err != nil {
		return nil, err
	}
	actions, err := f.actions(ctx)
	if err != nil {
		return nil, err
	}
	var ms []Moment
	for _, e := range all {
		ms = append(ms, f.momentsOf(e, of[e.ID], actions)...)
	}
	held, err := f.quarantinedMoments(ctx)
	return append(ms, held...), err
}

// deliveries are those of the events, with the fetches of thin ones, by event.
func (f *thread) deliveries(ctx context.Context, all []threadEvent) (map[string][]event.Delivery, error) {
	var stored []event.Stored
	for _, e := range all {
		if e.Erased.IsZero() {
			stored = append(stored, e.Stored)
		}
	}
	of, unreadable, err := f.DeliveriesOf(ctx, stored)
	if f.skip(unreadable); err != nil {
		return nil, err
	}
	for _, e := range all {
		if !e.Thin() {
			continue
		}
		ds, err := f.Ledger.Deliveries(ctx, fetchesOf(e))
		if err != nil && !errors.Is(err, event.ErrInvalid) {
			return nil, err
		}
		f.skip(err)
		of[e.ID] = append(slices.DeleteFunc(of[e.ID], func(d event.Delivery) bool { return d.Action == event.Fetch }), ds...)
	}
	return of, nil
}

// fetchesOf names the deliveries of a thin event to function fetch: it may have been
// fetched under the id under which it was sent.
func fetchesOf(e threadEvent) []event.DeliveryRef {
	all := []event.DeliveryRef{{Action: event.Fetch, Event: e.ID}}
	if e.thin != "" {
		all = append(all, event.DeliveryRef{Action: event.Fetch, Event: e.thin})
	}
	return all
}

// momentsOf are those of one event.
func (f *thread) momentsOf(e threadEvent, ds []event.Delivery, actions []string) []Moment {
	at := func(t time.Time, action, state, text string) Moment {
		return Moment{At: t.UTC(), Event: e.ID, Type: e.Type, Action: action, State: state, Text: text, Scope: &e.Scope}
	}
	if !e.Erased.IsZero() {
		return []Moment{at(e.Erased, "", momentErased, "erased: payhooks erase list has by whom")}
	}
	ms := []Moment{at(e.Received, "", momentReceived, f.received(e))}
	ms[0].Facts = &e.Facts
	if !e.FetchedAt.IsZero() {
		ms = append(ms, at(e.FetchedAt, "", momentFetched, "its object is stored"))
	}
	if why := unpublished(e.Stored); why != "" {
		ms = append(ms, at(e.Received, "", momentPending, why))
	}
	for _, u := range unrecorded(e.Stored, ds, actions, f.now) {
		ms = append(ms, at(published(e.Stored), u.Action, momentPending, string(u.Why)))
	}
	for _, d := range ds {
		for _, m := range attempts(d) {
			one := at(m.At, d.Action, m.State, m.Text)
			one.Delivery = m.Delivery
			ms = append(ms, one)
		}
	}
	return ms
}

// received says how an event came and what it is about.
func (f *thread) received(e threadEvent) string {
	parts := []string{"posted to " + e.Endpoint}
	switch e.Endpoint {
	case event.EndpointListed:
		parts[0] = "listed at Stripe, not posted"
	case event.EndpointImported:
		parts[0] = "imported from Stripe's API, not posted"
	case "":
		parts[0] = "stored"
	}
	if e.Thin() {
		parts = append(parts, "thin as "+e.SentAs)
	}
	if e.APIVersion != "" {
		parts = append(parts, "API version "+e.APIVersion)
	}
	parts = append(parts, f.aboutOf(e.Facts)...)
	if late := e.Received.Sub(e.Created); late >= time.Minute && !e.Created.IsZero() {
		parts = append(parts, "created "+e.Created.UTC().Format(time.DateTime))
	}
	if !e.Pending && len(e.Subscribers) == 0 {
		parts = append(parts, "no action subscribes to it")
	}
	if e.err != nil {
		parts = append(parts, "it cannot be read: payhooks events show says why")
	}
	return strings.Join(parts, ", ")
}

// aboutOf names the object of an event with its amount and status.
func (f *thread) aboutOf(e event.Facts) (parts []string) {
	if e.Object != "" {
		parts = append(parts, strings.TrimSpace(strings.NewReplacer("_", " ", ".", " ").Replace(e.ObjectType)+" "+e.Object))
	}
	if e.Amount != nil {
		parts = append(parts, AmountText(e, f.req.Minor))
	}
	if e.Status != "" {
		parts = append(parts, e.Status)
	}
	return parts
}

// AmountText is the amount of an event as people write it, or as Stripe sends it if
// minor; empty without one.
func AmountText(e event.Facts, minor bool) string {
	switch {
	case e.Amount == nil:
		return ""
	case minor || e.Currency == "":
		return strings.TrimSpace(fmt.Sprintf("%d %s", *e.Amount, e.Currency))
	}
	return money.Amount{Minor: *e.Amount, Currency: e.Currency}.String()
}
