package stripe_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/local/stripe"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripeapi"
	sdk "github.com/stripe/stripe-go/v76"
)

func start(t *testing.T, dir string) (*stripe.Server, *stripeapi.Client) {
	t.Helper()
	s := &stripe.Server{DataDir: dir, Log: slog.Default()}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	keys := func(context.Context) (string, error) { return stripe.Keys, nil }
	return s, &stripeapi.Client{Base: s.URL(), Now: time.Now, Secret: keys}
}

func TestObjectsOutliveARestart(t *testing.T) {
	dir := t.TempDir()
	s, _ := start(t, dir)
	err := stripe.PutEvents(t.Context(), s.URL(), json.RawMessage(
		`{"id":"evt_1","object":"event","type":"charge.succeeded","created":1,"livemode":true,"data":{"object":{"id":"ch_1","object":"charge","livemode":true}}}`))
	if err == nil {
		err = stripe.Put(t.Context(), s.URL(), "acct_1", map[string]any{"id": "ch_2", "object": "charge"})
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, c := start(t, dir)
	for _, want := range []struct {
		id, account string
		live        bool
	}{{"ch_1", "", true}, {"ch_2", "acct_1", false}} {
		api, err := c.For(t.Context(), event.Scope{Account: want.account, Livemode: want.live})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := api.Charges.Get(want.id, &sdk.ChargeParams{Params: stripeapi.Params(t.Context(), want.account)}); err != nil || got.ID != want.id {
			t.Errorf("%s: %v", want.id, err)
		}
	}
}

func TestAFreshStandInIsEmptyAndAnswers(t *testing.T) {
	_, c := start(t, t.TempDir())
	got, more, err := c.Events(t.Context(), event.Listing{From: time.Now().Add(-time.Hour), To: time.Now()})
	if err != nil || more || len(got) > 0 {
		t.Fatal(len(got), more, err)
	}
}

func TestWhatIsNoObjectIsRefusedWithAReason(t *testing.T) {
	s, _ := start(t, t.TempDir())
	if err := stripe.Put(t.Context(), s.URL(), "", map[string]any{"object": "charge"}); err == nil {
		t.Fatal("an object without an id is taken")
	}
}
