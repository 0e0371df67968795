package stripeapi_test

import (
	"context"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/charge"
	"github.com/stripe/stripe-go/v76/checkout/session"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/stripeapi/stripemock"
)

func at(base, secret string) *stripeapi.Client {
	return &stripeapi.Client{Secret: func(context.Context) (string, error) { return secret, nil }, Base: base, Now: time.Now}
}

func TestListingsOfEventsHaveTheFormThatStripeTakes(t *testing.T) {
	c := at(stripemock.Start(t), "sk_test_123")
	now := time.Now()
	for name, l := range map[string]event.Listing{
		"all types":       {},
		"twenty types":    {Types: make20()},
		"undelivered":     {Undelivered: true, Types: []string{"charge.succeeded"}},
		"towards newer":   {Newer: "evt_1"},
		"towards older":   {Older: "evt_1"},
		"another account": {Account: "acct_1"},
	} {
		t.Run(name, func(t *testing.T) {
			l.From, l.To = now.Add(-time.Hour), now
			bodies, _, err := c.Events(t.Context(), l)
			if err != nil || len(bodies) == 0 {
				t.Fatalf("%d events, %v", len(bodies), err)
			}
		})
	}
}

func make20() (types []string) {
	for range 20 {
		types = append(types, "charge.succeeded")
	}
	return types
}

func TestObjectsAreReadWithParamsOfTheAccount(t *testing.T) {
	api, err := at(stripemock.Start(t), "sk_test_123").For(t.Context(), event.Scope{Account: "acct_1"})
	if err != nil {
		t.Fatal(err)
	}
	charge, err := charge.Client{B: api}.Get("ch_123", &stripe.ChargeParams{Params: stripeapi.Params(t.Context(), "acct_1")})
	if err != nil || charge.ID == "" {
		t.Fatalf("%+v %v", charge, err)
	}
	n := 0
	items := session.Client{B: api}.ListLineItems(&stripe.CheckoutSessionListLineItemsParams{
		ListParams: stripeapi.ListParams(t.Context(), "acct_1"), Session: stripe.String("cs_test_1"),
	})
	for items.Next() {
		n++
	}
	if items.Err() != nil || n == 0 {
		t.Fatalf("%d line items, %v", n, items.Err())
	}
}
