package main

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/webhook"
)

// startStack starts the stack of a folder's template on free ports. Commands of
// the test find it by DATA_DIR.
func startStack(t *testing.T, dir string) *cli.Target {
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
	c, err := cli.OpenLocal(t.Context(), stack.Running)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// deliveriesOf are the event's deliveries to all its actions.
func deliveriesOf(t *testing.T, c *cli.Target, id string) []event.Delivery {
	t.Helper()
	s, err := c.Tables.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	ds, unreadable, err := c.Operator().DeliveriesOf(t.Context(), []event.Stored{s})
	if err := errors.Join(err, unreadable); err != nil {
		t.Fatal(err)
	}
	return ds[id]
}

// listed is what events list has.
func listed(t *testing.T, c *cli.Target, req operator.EventList) []operator.EventRow {
	t.Helper()
	list, unreadable, err := event.Collect(c.Operator().List(t.Context(), req))
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
		t.Fatalf("%d samples with their own id, want 526", len(all))
	}
	g, ctx := errgroup.WithContext(t.Context())
	g.SetLimit(8)
	for _, body := range all {
		g.Go(func() error { return postSigned(ctx, c.Local.API+"/webhooks/default", demoSecret, body) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := waitIdle(command(t), c, 3*time.Minute); err != nil {
		t.Fatal(err)
	}
	for id, body := range all {
		s, err := c.Tables.Get(t.Context(), id)
		if err != nil || !bytes.Equal(s.Body, body) {
			t.Fatalf("%s is not stored as it was signed: %v", id, err)
		}
		ds := deliveriesOf(t, c, id)
		if st := event.StatusOf(s, ds); st != event.StatusDone && st != event.StatusIgnored {
			t.Errorf("%s %s is %s: %+v", s.Type, id, st, ds)
		}
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
	if list := listed(t, c, operator.EventList{Limit: 10}); len(list) != 0 {
		t.Fatalf("stored %v, want nothing", list)
	}
}

func TestASignedButOddEventIsQuarantinedAndShown(t *testing.T) {
	c := startStack(t, "../..")
	body := []byte(`{"id":"evt_odd","object":"event","type":"charge.succeeded","created":1,"livemode":false,"data":null}`)
	if err := postSigned(t.Context(), c.Local.API+"/webhooks/default", demoSecret, body); err != nil {
		t.Fatal(err)
	}
	d, err := c.Operator().Show(t.Context(), "evt_odd")
	if err != nil || d.Status != event.StatusQuarantined || d.Reason == "" || !bytes.Equal(d.Body, body) {
		t.Fatalf("%+v, %v; want it quarantined with a reason and its bytes", d, err)
	}
	list := listed(t, c, operator.EventList{Status: event.StatusQuarantined, Limit: 10})
	if len(list) != 1 || list[0].ID != "evt_odd" {
		t.Fatalf("listed %v", list)
	}
}
