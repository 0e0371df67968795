package action_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// charged is a charge in an API version, as an endpoint of that version has it.
func charged(t *testing.T, version facts.Version, endpoint string) event.Event {
	t.Helper()
	body := stripetest.Event{Type: "charge.succeeded", Version: version, Object: stripetest.Sample("charge.succeeded", version, nil)}.Body()
	f, reason := webhook.Parse(body)
	if reason != "" {
		t.Fatal(reason)
	}
	f.Endpoint, f.Received = endpoint, f.Created.Add(5*time.Minute)
	return event.Event{Facts: f, Body: body}
}

func TestTypedActionWaitsForTheRenderingThatItReads(t *testing.T) {
	var got []string
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.Charge]) error {
		got = append(got, e.ID+" "+e.APIVersion+" "+string(e.Object.Status))
		return nil
	})
	listed := charged(t, stripetest.Latest, event.EndpointListed)
	if _, err := r.Store.Put(t.Context(), listed, r.Now.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	r.Now = listed.Received
	d := r.Deliver(listed.ID)
	if d.State != event.Waiting || !strings.Contains(d.Error, "waiting for Stripe to deliver it") || d.Next.Sub(r.Now) < time.Minute {
		t.Fatalf("%s %q, next %v, want it to wait for Stripe", d.State, d.Error, d.Next)
	}
	if err := r.Store.PutRendering(t.Context(), charged(t, stripetest.Older, "default"), stripetest.Older.Release(), r.Now.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	r.Now = d.Next
	if d := r.Deliver(listed.ID); d.State != event.Done || len(got) != 1 || got[0] != "evt_1 2023-10-16 succeeded" {
		t.Errorf("%s %q, got %q, want the older rendering once", d.State, d.Error, got)
	}
}

func TestEventThatNoTypeReadsParksOnceStripeDeliversItNoMore(t *testing.T) {
	for name, c := range map[string]struct {
		endpoint string
		late     time.Duration
	}{"posted": {"default", 0}, "listed four days ago": {event.EndpointListed, 4 * 24 * time.Hour}} {
		r := actiontest.New(t, func(context.Context, *action.Event[stripe.Charge]) error { return nil })
		e := charged(t, stripetest.Latest, c.endpoint)
		if _, err := r.Store.Put(t.Context(), e, r.Now.AddDate(1, 0, 0)); err != nil {
			t.Fatal(err)
		}
		r.Now = e.Received.Add(c.late)
		if d := r.Deliver(e.ID); d.State != event.Parked || !strings.Contains(d.Error, "set the endpoint's version") {
			t.Errorf("%s: %s %q, want it parked", name, d.State, d.Error)
		}
	}
}
