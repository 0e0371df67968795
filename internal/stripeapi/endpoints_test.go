package stripeapi_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func TestEndpointIsCreatedWithItsTypesVersionAndKey(t *testing.T) {
	w := listen(t, says(200, `{"id":"we_1","secret":"whsec_1","status":"enabled","url":"https://shop.example/webhooks/default","enabled_events":["charge.failed"],"api_version":"2023-10-16","created":1790000000}`))
	of := event.Destination{
		Name: "shop", Version: "2023-10-16", Types: []string{"charge.failed"}, URL: "https://shop.example/webhooks/default",
		From: []string{event.FromAccounts}, Notes: map[string]string{"payhooks": "a/b"},
	}
	made, err := stripeapi.Endpoints{Client: w.Client}.Create(t.Context(), false, of, "key_1")
	if err != nil || made.ID != "we_1" || made.Secret != "whsec_1" || !made.Enabled || !made.Connected() {
		t.Fatalf("%+v, %v", made, err)
	}
	a := w.requests()[0]
	form, err := url.ParseQuery(a.body)
	want := url.Values{
		"api_version": {"2023-10-16"}, "connect": {"true"}, "description": {"shop"}, "enabled_events[0]": {"charge.failed"},
		"metadata[payhooks]": {"a/b"}, "url": {"https://shop.example/webhooks/default"},
	}
	if diff := cmp.Diff(want, form); diff != "" || err != nil || a.target != "/v1/webhook_endpoints" || a.header.Get("Idempotency-Key") != "key_1" {
		t.Error(diff, err, a.target, a.header)
	}
}

func TestEndpointsOfFakeAreThoseOfStripe(t *testing.T) {
	b := fakes(t)
	e := stripeapi.Endpoints{Client: b.wire}
	ask := event.Destination{Name: "shop", Version: "2023-10-16", Types: []string{"charge.failed"}, URL: "https://shop.example/x", Notes: map[string]string{"a": "1", "b": "2"}}
	made, err := e.Create(t.Context(), false, ask, "key_1")
	again, repeat := e.Create(t.Context(), false, ask, "key_1")
	if err != nil || repeat != nil || !cmp.Equal(made, again) || !strings.HasPrefix(made.Secret, "whsec_") {
		t.Fatalf("%+v %v, again %+v %v", made, err, again, repeat)
	}
	err = errors.Join(
		e.Update(t.Context(), false, made.ID, event.DestinationChange{Types: []string{"charge.failed", "charge.succeeded"}, Notes: map[string]string{"a": "", "c": "3"}}),
		e.Disable(t.Context(), false, made.ID))
	want := made
	want.Secret, want.Enabled, want.Types, want.Notes = "", false, []string{"charge.failed", "charge.succeeded"}, map[string]string{"b": "2", "c": "3"}
	all, listed := e.List(t.Context(), false)
	if diff := cmp.Diff([]event.Destination{want}, all); diff != "" || err != nil || listed != nil {
		t.Fatal(diff, err, listed)
	}
	if err := e.Enable(t.Context(), false, made.ID); err != nil {
		t.Error(err)
	}
	if live, err := e.List(t.Context(), true); err != nil || len(live) > 0 {
		t.Error(live, err)
	}
	if _, err := e.Create(t.Context(), true, event.Destination{Types: ask.Types, URL: "http://shop.example"}, "key_2"); err == nil {
		t.Error("live mode takes a URL without encryption")
	}
	if err := e.Disable(t.Context(), false, "we_none"); !errors.Is(err, event.ErrNotFound) {
		t.Error(err)
	}
	if _, err := e.Ping(t.Context(), false, made.ID); !errors.Is(err, event.ErrInvalid) {
		t.Error(err)
	}
	if own, err := e.Own(t.Context(), false); err != nil || !event.IsAccount(own) {
		t.Error(own, err)
	}
}

func TestDestinationIsChangedByNotesAndTypes(t *testing.T) {
	b := fakes(t)
	d := stripeapi.Destinations{Client: b.wire}
	made, err := d.Create(t.Context(), false, event.Destination{Name: "shop", Thin: true, Types: []string{"v1.charge.failed"}, URL: "https://shop.example", Notes: map[string]string{"a": "1"}}, "key_1")
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		d.Disable(t.Context(), false, made.ID), d.Enable(t.Context(), false, made.ID),
		d.Update(t.Context(), false, made.ID, event.DestinationChange{Types: []string{"v1.charge.succeeded"}, Notes: map[string]string{"a": "", "b": "2"}}))
	all, listed := d.List(t.Context(), false)
	if err != nil || listed != nil || len(all) != 1 || !all[0].Enabled || !cmp.Equal(all[0].Types, []string{"v1.charge.succeeded"}) || !cmp.Equal(all[0].Notes, map[string]string{"b": "2"}) {
		t.Errorf("%+v, %v, %v", all, err, listed)
	}
}

func TestTestEventIsOfATypeThatIsSubscribed(t *testing.T) {
	for _, kind := range []string{"product.created", "customer.created", "payment_intent.created", "payment_intent.succeeded"} {
		b := fakes(t)
		b.wire.Now = b.fake.Clock
		got, id, err := stripeapi.TestEvents{Client: b.wire}.Cause(t.Context(), []string{"payout.paid", kind})
		if err != nil || got != kind || !strings.HasPrefix(id, "evt_") {
			t.Errorf("%s: %s %s %v", kind, got, id, err)
		}
	}
	b := fakes(t)
	if kind, _, err := (stripeapi.TestEvents{Client: b.wire}).Cause(t.Context(), []string{"payout.paid"}); !errors.Is(err, event.ErrNotFound) || kind != "" || b.fake.Calls() > 0 {
		t.Error(kind, err)
	}
}
