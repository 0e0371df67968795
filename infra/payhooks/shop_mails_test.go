package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
	shop "github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// eventOf is one event of now.
func eventOf(id, kind string, object, previous stripetest.Object) []byte {
	return stripetest.Event{ID: id, Type: kind, Version: stripetest.Older, Created: time.Now(), Object: object, Previous: previous}.Body()
}

// What is in no event is read with the function's own rights and key: the
// address of a trial's customer, the refunds of a charge. A text goes to the
// number of the charge.
func TestMissingFactsAreReadAtStripeOnTheLocalStack(t *testing.T) {
	c := startStack(t, "../..")
	now := time.Now()
	refund := func(id string) stripetest.Object {
		return stripetest.Object{"id": id, "object": "refund", "charge": "ch_mail", "amount": 300, "currency": "usd", "status": "succeeded", "created": now.Unix(), "livemode": false}
	}
	customer := stripetest.Object{"id": "cus_mail", "object": "customer", "email": "ada@example.com", "livemode": false}
	if err := fakestripe.Put(t.Context(), c.Local.FakeStripe, "", customer, refund("re_mail1"), refund("re_mail2")); err != nil {
		t.Fatal(err)
	}
	charge := func(refunded int) stripetest.Object {
		return stripetest.Object{
			"id": "ch_mail", "object": "charge", "payment_intent": "pi_mail", "status": "succeeded", "paid": true, "captured": true,
			"amount": 1000, "amount_captured": 1000, "amount_refunded": refunded, "currency": "usd", "created": now.Unix(), "customer": "cus_mail",
			"billing_details": stripetest.Object{"email": nil, "phone": "+15550100123"},
		}
	}
	trial := stripetest.Object{
		"id": "sub_mail", "object": "subscription", "status": "trialing", "customer": "cus_mail", "trial_end": now.Add(72 * time.Hour).Unix(),
		"items": stripetest.Object{"object": "list", "data": []any{}, "has_more": false},
	}
	ids := []string{"evt_mail1", "evt_mail2", "evt_mail3", "evt_mail4"}
	for _, body := range [][]byte{
		eventOf(ids[0], "customer.subscription.trial_will_end", trial, nil),
		eventOf(ids[1], "charge.succeeded", charge(0), nil),
		eventOf(ids[2], "charge.refunded", charge(300), stripetest.Object{"amount_refunded": 0}),
		eventOf(ids[3], "charge.refunded", charge(600), stripetest.Object{"amount_refunded": 300}),
	} {
		if err := postSigned(t.Context(), c.Local.API+"/webhooks/default", demoSecret, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := waitIdle(command(t), c, demo.Timeout); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		d, err := c.Tables.Delivery(t.Context(), event.DeliveryRef{Action: "send-receipt", Event: id})
		if err != nil || d.State != event.Done {
			t.Errorf("send-receipt of %s: %s %s %v", id, d.State, d.Error, err)
		}
	}
	checkMailed(t, c, fmt.Sprintf("trial/sub_mail/%d", now.Add(72*time.Hour).Unix()), "receipt/pi_mail", "refund/re_mail1", "refund/re_mail2")
}

func checkMailed(t *testing.T, c *cli.Target, want ...string) {
	t.Helper()
	mails, err := shop.ReadMails(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range mails {
		if got = append(got, m.Key); m.To != "ada@example.com" {
			t.Errorf("%s went to %q", m.Key, m.To)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("mails %v, want %v", got, want)
	}
	texts, err := shop.ReadNotices(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) != 1 || texts[0].To != "+15550100123" || !strings.Contains(texts[0].Message, "10.00 USD") {
		t.Errorf("texts %+v, want one about 10.00 USD", texts)
	}
}
