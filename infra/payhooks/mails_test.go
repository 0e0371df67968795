package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/local/stripe"
	"github.com/payhooks/payhooks/internal/event"
)

// told is one event of now, rendered in an API version.
func told(t *testing.T, id, kind, version string, object, previous map[string]any) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"id": id, "object": "event", "type": kind, "api_version": version, "livemode": false, "created": time.Now().Unix(),
		"pending_webhooks": 1, "data": map[string]any{"object": object, "previous_attributes": previous},
	})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// What no event tells is read with the function's own rights and key: the
// address of a trial's customer, the refunds of a charge. A text goes to the
// number of the charge.
func TestWhatNoEventTellsIsReadAtStripeOnTheLocalStack(t *testing.T) {
	c := startStack(t, "../..")
	now := time.Now()
	refund := func(id string) map[string]any {
		return map[string]any{"id": id, "object": "refund", "charge": "ch_mail", "amount": 300, "currency": "usd", "status": "succeeded", "created": now.Unix(), "livemode": false}
	}
	customer := map[string]any{"id": "cus_mail", "object": "customer", "email": "ada@example.com", "livemode": false}
	if err := stripe.Put(t.Context(), c.Local.StandIn, "", customer, refund("re_mail1"), refund("re_mail2")); err != nil {
		t.Fatal(err)
	}
	charge := func(refunded int) map[string]any {
		return map[string]any{
			"id": "ch_mail", "object": "charge", "payment_intent": "pi_mail", "status": "succeeded", "paid": true, "captured": true,
			"amount": 1000, "amount_captured": 1000, "amount_refunded": refunded, "currency": "usd", "created": now.Unix(), "customer": "cus_mail",
			"billing_details": map[string]any{"email": nil, "phone": "+15550100123"},
		}
	}
	trial := map[string]any{
		"id": "sub_mail", "object": "subscription", "status": "trialing", "customer": "cus_mail", "trial_end": now.Add(72 * time.Hour).Unix(),
		"items": map[string]any{"object": "list", "data": []any{}, "has_more": false},
	}
	ids := []string{"evt_mail1", "evt_mail2", "evt_mail3", "evt_mail4"}
	for _, body := range [][]byte{
		told(t, ids[0], "customer.subscription.trial_will_end", "2023-10-16", trial, nil),
		told(t, ids[1], "charge.succeeded", "2023-10-16", charge(0), nil),
		told(t, ids[2], "charge.refunded", "2023-10-16", charge(300), map[string]any{"amount_refunded": 0}),
		told(t, ids[3], "charge.refunded", "2023-10-16", charge(600), map[string]any{"amount_refunded": 300}),
	} {
		if err := postSigned(t.Context(), c.Local.API+"/webhooks/default", demoSecret, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.waitIdle(command(t), demoTimeout); err != nil {
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

func checkMailed(t *testing.T, c *connection, want ...string) {
	t.Helper()
	mails, err := readMails(command(t), c)
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
	texts, err := readKept[keptNotice](command(t), c, "notices")
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) != 1 || texts[0].To != "+15550100123" || !strings.Contains(texts[0].Message, "10.00 USD") {
		t.Errorf("texts %+v, want one about 10.00 USD", texts)
	}
}
