package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/demo"
	shop "github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/infra/shop/judge"
	"github.com/payhooks/payhooks/internal/event"
)

func TestSamplesOfPaymentsArePostedAndMailedOnlyIfCaptured(t *testing.T) {
	c := startStack(t, "../..")
	all := samples(t)
	for _, body := range all {
		if !strings.Contains(string(body), `"charge"`) {
			continue
		}
		if err := demo.Post(t.Context(), c.Local.API, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := waitIdle(command(t), c, time.Minute); err != nil {
		t.Fatal(err)
	}
	if ps, err := shop.ReadPostings(t.Context(), c); err != nil || len(ps) == 0 {
		t.Errorf("%d postings, %v: fake Stripe must record the events that reach the stack", len(ps), err)
	}
	mails, err := shop.ReadMails(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		if m.Kind == "receipt" && !captured(t, all[m.Event]) {
			t.Errorf("a receipt was sent for %s, which captured nothing", m.Event)
		}
	}
}

// captured reports whether money was taken, by the event's object.
func captured(t *testing.T, body []byte) bool {
	t.Helper()
	var e struct {
		Data struct {
			Object struct {
				Captured       bool
				Paid           bool
				AmountReceived int64 `json:"amount_received"`
				Status         string
			}
		}
	}
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatal(err)
	}
	o := e.Data.Object
	return o.Captured || o.AmountReceived > 0 || o.Status == "paid"
}

func TestHundredConcurrentDeliveriesOfOneEventAreOne(t *testing.T) {
	c := startStack(t, "../..")
	es := judge.Plan(demo.Seed, 2, time.Now()).Events
	e := es[slices.IndexFunc(es, func(e demo.Event) bool { return e.Type == "charge.succeeded" })]
	g, ctx := errgroup.WithContext(t.Context())
	for range 100 {
		g.Go(func() error { return demo.Post(ctx, c.Local.API, e.Body) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := waitIdle(command(t), c, time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, d := range deliveriesOf(t, c, e.ID) {
		if d.State != event.Done || d.Attempts != 1 {
			t.Errorf("%s: %s after %d attempts, want done after 1", d.Action, d.State, d.Attempts)
		}
	}
	mails, err := shop.ReadMails(t.Context(), c)
	if err != nil || len(mails) != 1 {
		t.Fatalf("%d mails, %v; want one", len(mails), err)
	}
}
