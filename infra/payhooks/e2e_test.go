package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

// startStack starts the stack of a folder's template on free ports. Commands of
// the test find it by DATA_DIR.
func startStack(t *testing.T, dir string) *connection {
	t.Helper()
	data := t.TempDir()
	t.Setenv("DATA_DIR", data)
	stack, err := local.Start(t.Context(), local.Config{
		Dir: dir, DataDir: data, Secret: demoSecret, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stack.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := open(t.Context(), stack.Running)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// deliveriesOf are the event's deliveries to all its actions.
func deliveriesOf(t *testing.T, c *connection, id string) []event.Delivery {
	t.Helper()
	s, err := c.Tables.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	ds, err := c.deliveriesOf(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// listed is what events list has for these flags.
func listed(t *testing.T, c *connection, l eventList) []eventRow {
	t.Helper()
	l.now = time.Now()
	if err := l.check(); err != nil {
		t.Fatal(err)
	}
	list, unreadable, err := l.read(t.Context(), c)
	if err := errors.Join(err, unreadable); err != nil {
		t.Fatal(err)
	}
	return list
}

// command is a cobra command whose context is the test's.
func command(t *testing.T) *cobra.Command {
	t.Helper()
	cmd := &cobra.Command{}
	cmd.SetContext(t.Context())
	cmd.SetOut(io.Discard)
	return cmd
}

// every sample of both API versions, each under an id of its own.
func samples(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, version := range events.Versions() {
		types, err := events.Types(version)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range types {
			body, err := events.Sample(kind, version)
			if err != nil {
				t.Fatal(err)
			}
			f, reason := webhook.Parse(body)
			if reason != "" {
				t.Fatalf("%s of %s: %s", kind, version, reason)
			}
			all[f.ID] = body
		}
	}
	return all
}

func TestEverySampleGoesThroughTheStackAndNothingIsParked(t *testing.T) {
	c := startStack(t, "../..")
	all := samples(t)
	if len(all) != 526 {
		t.Fatalf("%d samples with an id of their own, want 526", len(all))
	}
	g, ctx := errgroup.WithContext(t.Context())
	g.SetLimit(8)
	for _, body := range all {
		g.Go(func() error { return postSigned(ctx, c.Local.API+"/webhooks/default", demoSecret, body) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := c.waitIdle(command(t), 3*time.Minute); err != nil {
		t.Fatal(err)
	}
	for id, body := range all {
		s, err := c.Tables.Get(t.Context(), id)
		if err != nil || !bytes.Equal(s.Body, body) {
			t.Fatalf("%s is not stored as it was signed: %v", id, err)
		}
		ds, err := c.deliveriesOf(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if st := event.StatusOf(s, ds); st != event.StatusDone && st != event.StatusIgnored {
			t.Errorf("%s %s is %s: %+v", s.Type, id, st, ds)
		}
	}
	if ps, err := postings(t.Context(), c); err != nil || len(ps) == 0 {
		t.Errorf("%d postings, %v: the stand-in of Stripe's API must learn of the events that reach the stack", len(ps), err)
	}
	mails, err := readMails(command(t), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		if m.Kind == "receipt" && !captured(t, all[m.Event]) {
			t.Errorf("a receipt went out for %s, which captured nothing", m.Event)
		}
	}
}

// captured reports whether the event's object says that money was taken.
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

func TestAHundredConcurrentDeliveriesOfOneEventAreOne(t *testing.T) {
	c := startStack(t, "../..")
	stories := storiesOf(tellMonths(demoSeed, 2, time.Now()))
	e := stories[0].Events[slices.IndexFunc(stories[0].Events, func(e story.Event) bool { return e.Type == "charge.succeeded" })]
	g, ctx := errgroup.WithContext(t.Context())
	for range 100 {
		g.Go(func() error { return postSigned(ctx, c.Local.API+"/webhooks/default", demoSecret, e.Body) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := c.waitIdle(command(t), time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, d := range deliveriesOf(t, c, e.ID) {
		if d.State != event.Done || d.Attempts != 1 {
			t.Errorf("%s: %s after %d attempts, want done after 1", d.Action, d.State, d.Attempts)
		}
	}
	mails, err := readMails(command(t), c)
	if err != nil || len(mails) != 1 {
		t.Fatalf("%d mails, %v; want one", len(mails), err)
	}
}

func TestWhatIsNotStripesIsRefusedAndNotStored(t *testing.T) {
	c := startStack(t, "../..")
	body := []byte(`{"id":"evt_forged","object":"event","type":"charge.succeeded","created":1,"livemode":false,"data":{"object":{}}}`)
	for name, tc := range map[string]struct {
		method, path, signature string
		want                    int
	}{
		"another's signature": {http.MethodPost, "/webhooks/default", webhook.Sign(body, "whsec_other", time.Now()), http.StatusBadRequest},
		"no signature":        {http.MethodPost, "/webhooks/default", "", http.StatusBadRequest},
		"an old signature":    {http.MethodPost, "/webhooks/default", webhook.Sign(body, demoSecret, time.Now().Add(-301*time.Second)), http.StatusBadRequest},
		"another method":      {http.MethodGet, "/webhooks/default", "", http.StatusMethodNotAllowed},
		"another endpoint":    {http.MethodPost, "/webhooks/other", webhook.Sign(body, demoSecret, time.Now()), http.StatusNotFound},
		"another path":        {http.MethodPost, "/", "", http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tc.method, c.Local.API+tc.path, bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if tc.signature != "" {
				req.Header.Set("Stripe-Signature", tc.signature)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != tc.want {
				t.Fatalf("answered %s, want %d", res.Status, tc.want)
			}
		})
	}
	if list := listed(t, c, eventList{limit: 10}); len(list) != 0 {
		t.Fatalf("stored %v, want nothing", list)
	}
}

func TestASignedButOddEventIsQuarantinedAndShown(t *testing.T) {
	c := startStack(t, "../..")
	body := []byte(`{"id":"evt_odd","object":"event","type":"charge.succeeded","created":1,"livemode":false,"data":null}`)
	if err := postSigned(t.Context(), c.Local.API+"/webhooks/default", demoSecret, body); err != nil {
		t.Fatal(err)
	}
	d, err := showEvent(t.Context(), c, "evt_odd")
	if err != nil || d.Status != event.StatusQuarantined || d.Reason == "" || !bytes.Equal(d.body, body) {
		t.Fatalf("%+v, %v; want it quarantined with a reason and its bytes", d, err)
	}
	list := listed(t, c, eventList{status: string(event.StatusQuarantined), limit: 10})
	if len(list) != 1 || list[0].ID != "evt_odd" {
		t.Fatalf("listed %v", list)
	}
}
