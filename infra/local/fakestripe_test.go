package local_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	sdk "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/charge"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func startFake(t *testing.T, dir string) (*local.FakeStripe, *stripeapi.Client) {
	t.Helper()
	s := &local.FakeStripe{DataDir: dir, Log: slog.Default()}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	keys := func(context.Context) (string, error) { return `{"live":"rk_live_1","test":"rk_test_1"}`, nil }
	return s, &stripeapi.Client{Base: s.URL(), Now: time.Now, Secret: keys}
}

func TestObjectsOfFakeStripeOutliveRestart(t *testing.T) {
	dir := t.TempDir()
	s, _ := startFake(t, dir)
	err := fakestripe.PutEvents(t.Context(), s.OperatorURL(), json.RawMessage(
		`{"id":"evt_1","object":"event","type":"charge.succeeded","created":1,"livemode":true,"data":{"object":{"id":"ch_1","object":"charge","livemode":true}}}`))
	if err == nil {
		err = fakestripe.Put(t.Context(), s.OperatorURL(), "acct_1", map[string]any{"id": "ch_2", "object": "charge"})
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, c := startFake(t, dir)
	for _, want := range []struct {
		id, account string
		live        bool
	}{{"ch_1", "", true}, {"ch_2", "acct_1", false}} {
		api, err := c.For(t.Context(), event.Scope{Account: want.account, Livemode: want.live})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := (charge.Client{B: api}).Get(want.id, &sdk.ChargeParams{Params: stripeapi.Params(t.Context(), want.account)}); err != nil || got.ID != want.id {
			t.Errorf("%s: %v", want.id, err)
		}
	}
}

func TestFreshFakeStripeListsNoEvents(t *testing.T) {
	_, c := startFake(t, t.TempDir())
	got, more, err := c.Events(t.Context(), event.Listing{From: time.Now().Add(-time.Hour), To: time.Now()})
	if err != nil || more || len(got) > 0 {
		t.Fatal(len(got), more, err)
	}
}

func TestObjectWithoutIDIsRejected(t *testing.T) {
	s, _ := startFake(t, t.TempDir())
	if err := fakestripe.Put(t.Context(), s.URL(), "", map[string]any{"object": "charge"}); err == nil {
		t.Fatal("an object without an id is taken")
	}
}
