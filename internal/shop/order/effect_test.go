package order_test

import (
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/order"
	"github.com/payhooks/payhooks/internal/stripetest"
)

func TestEffectNamesWhatTheEventDidToTheOrder(t *testing.T) {
	charge := func(fields stripetest.Object) stripetest.Object {
		all := stripetest.Object{"id": "ch_1", "object": "charge", "payment_intent": "pi_1", "status": "succeeded", "captured": true, "paid": true, "amount": 4873, "amount_captured": 4873, "currency": "eur"}
		for k, v := range fields {
			all[k] = v
		}
		return all
	}
	intent := func(status, currency, reference string, amount int64) stripetest.Object {
		return stripetest.Object{"id": "pi_1", "object": "payment_intent", "status": status, "amount": amount, "currency": currency, "metadata": stripetest.Object{"order_id": reference}}
	}
	refund := func(status string) stripetest.Object {
		return stripetest.Object{"id": "re_1", "object": "refund", "payment_intent": "pi_1", "charge": "ch_1", "status": status, "amount": 1000, "currency": "eur"}
	}
	dispute := func(status string) stripetest.Object {
		return stripetest.Object{"id": "du_1", "object": "dispute", "payment_intent": "pi_1", "charge": "ch_1", "status": status, "amount": 3873, "currency": "eur"}
	}
	for _, c := range []struct {
		kind   string
		object stripetest.Object
		before stripetest.Object
		want   string
	}{
		{"payment_intent.succeeded", intent("succeeded", "eur", "10482", 4873), nil, "order #10482 paid 48.73 EUR"},
		{"payment_intent.succeeded", intent("succeeded", "jpy", "#SO-7", 500), nil, "order #SO-7 paid 500 JPY"},
		{"payment_intent.succeeded", intent("succeeded", "kwd", "2026-77", 5000), nil, "order #2026-77 paid 5.000 KWD"},
		{"payment_intent.succeeded", intent("succeeded", "isk", "Jenny Rosen", 50000), nil, "order pi_1 paid 500 ISK"},
		{"payment_intent.succeeded", intent("succeeded", "eur", "jenny@example.com", 0), nil, "order pi_1 paid 0.00 EUR"},
		{"payment_intent.created", intent("requires_payment_method", "eur", "10482", 4873), nil, "order #10482 open, 48.73 EUR"},
		{"payment_intent.processing", intent("processing", "eur", "", 4873), nil, "order pi_1 processing"},
		{"payment_intent.canceled", intent("canceled", "eur", "", 4873), nil, "order pi_1 canceled"},
		{"payment_intent.payment_failed", intent("requires_payment_method", "eur", "10482", 4873), nil, "payment of order #10482 failed"},
		{"charge.succeeded", charge(nil), nil, "order pi_1 paid 48.73 EUR"},
		{"charge.succeeded", charge(stripetest.Object{"captured": false, "amount_captured": 0}), nil, "order pi_1 authorized, 48.73 EUR"},
		{"charge.refunded", charge(stripetest.Object{"amount_refunded": 1000}), stripetest.Object{"amount_refunded": 0}, "refunded 10.00 EUR of order pi_1"},
		{"charge.refunded", charge(stripetest.Object{"amount_refunded": 4873}), stripetest.Object{"amount_refunded": 1000}, "refunded 38.73 EUR of order pi_1"},
		{"refund.created", refund("succeeded"), nil, "refunded 10.00 EUR of order pi_1"},
		{"refund.created", refund("pending"), nil, "refund of 10.00 EUR of order pi_1 pending"},
		{"refund.failed", refund("failed"), nil, "refund of 10.00 EUR of order pi_1 failed"},
		{"charge.dispute.created", dispute("needs_response"), nil, "38.73 EUR of order pi_1 disputed"},
		{"charge.dispute.created", dispute("warning_needs_response"), nil, "inquiry about order pi_1, 38.73 EUR"},
		{"charge.dispute.closed", dispute("warning_closed"), nil, "inquiry about order pi_1 closed"},
		{"charge.dispute.closed", dispute("won"), nil, "dispute of order pi_1 won, 38.73 EUR"},
		{"charge.dispute.closed", dispute("lost"), nil, "dispute of order pi_1 lost, 38.73 EUR"},
		{"invoice.paid", stripetest.Object{"id": "in_1", "object": "invoice", "status": "paid", "total": 500, "amount_due": 500, "amount_paid": 500, "currency": "eur", "payment_intent": "pi_1"}, nil, "in_1 noted: its payments are the orders"},
		{"invoice.paid", stripetest.Object{"id": "in_1", "object": "invoice", "status": "paid", "total": 500, "amount_due": 500, "amount_paid": 500, "currency": "eur", "paid_out_of_band": true}, nil, "order in_1 paid 5.00 EUR"},
	} {
		e := stripetest.Event{Type: c.kind, Version: stripetest.Older, Created: time.Unix(1790000000, 0), Object: c.object, Previous: c.before}.View()
		_, id, err := order.Row(e)
		if err != nil {
			t.Fatalf("%s: %v", c.kind, err)
		}
		o := order.Merge(order.Order{}, id, e)
		if got := order.Effect(e, order.Order{}, o); got != c.want {
			t.Errorf("%s: %q, want %q", c.kind, got, c.want)
		}
		if got := order.Effect(e, o, order.Merge(o, id, e)); o.Status != "" && !strings.HasSuffix(got, " stays "+strings.ReplaceAll(o.Status, "_", " ")) {
			t.Errorf("%s again: %q", c.kind, got)
		}
	}
}

func TestEffectOfALateEventIsThatNothingChanged(t *testing.T) {
	at := func(kind, status string, after int64) facts.Event {
		return stripetest.Event{Type: kind, Version: stripetest.Older, Created: time.Unix(1790000000+after, 0), Object: stripetest.Object{
			"id": "pi_1", "object": "payment_intent", "status": status, "amount": 4873, "amount_received": 4873, "currency": "eur", "metadata": stripetest.Object{"order_id": "10482"},
		}}.View()
	}
	paid := order.Merge(order.Order{}, "pi_1", at("payment_intent.succeeded", "succeeded", 2))
	late := at("payment_intent.created", "requires_payment_method", 0)
	if got := order.Effect(late, paid, order.Merge(paid, "pi_1", late)); got != "order #10482 stays paid" {
		t.Error(got)
	}
}
