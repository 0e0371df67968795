package command

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/shop/fraud"
	"github.com/payhooks/payhooks/internal/shop/inventory"
	"github.com/payhooks/payhooks/internal/shop/order"
	"github.com/payhooks/payhooks/internal/stripetest"
)

const (
	erased = "cus_Person"
	secret = "jenny@example.com" // in every field that a shop or a customer chooses
)

// view is an event as actions read it.
func view(t *testing.T, kind string, object stripetest.Object) facts.Event {
	t.Helper()
	made := stripetest.Event{ID: "evt_1", Type: kind, Version: stripetest.Older, Created: time.Unix(1_790_000_000, 0), Object: object}
	var e facts.Event
	if err := e.DecodeEvent(event.Facts{ID: "evt_1", Type: kind, APIVersion: string(stripetest.Older), Created: made.Created}, made.Body()); err != nil {
		t.Fatal(err)
	}
	return e
}

func failedCharge(t *testing.T) facts.Event {
	return view(t, "charge.failed", stripetest.Object{
		"id": "ch_1", "object": "charge", "payment_intent": "pi_1", "status": "failed", "amount": 500, "currency": "usd", "created": 1_790_000_000,
		"customer": erased, "metadata": stripetest.Object{"order_id": secret}, "billing_details": stripetest.Object{"email": secret},
		"payment_method_details": stripetest.Object{"type": "card", "card": stripetest.Object{"fingerprint": "fp_1"}},
	})
}

func checkout(t *testing.T) facts.Event {
	return view(t, "checkout.session.completed", stripetest.Object{
		"id": "cs_1", "object": "checkout.session", "payment_intent": "pi_1", "mode": "payment", "payment_status": "paid", "amount_total": 500,
		"currency": "usd", "customer": erased, "client_reference_id": secret, "customer_details": stripetest.Object{"email": secret},
	})
}

func subscribed(t *testing.T) facts.Event {
	return view(t, "customer.subscription.created", stripetest.Object{
		"id": "sub_1", "object": "subscription", "status": "active", "customer": erased,
		"items": stripetest.Object{"object": "list", "data": []any{}, "has_more": false},
	})
}

// rowsAfter are the shop's rows, by table and key, that its actions make of the events.
func rowsAfter(t *testing.T, es ...facts.Event) map[string]any {
	t.Helper()
	rows := map[string]any{}
	var o order.Order
	var f fraud.Order
	var p inventory.Payment
	for _, e := range es {
		switch {
		case e.Subscription != nil:
			rows["access test/own/customer/"+erased] = access.Merge(access.Customer{}, erased, e)
			continue
		case e.Charge != nil:
			p = inventory.MergePayment(p, "pi_1", e)
			rows["stock test/own/payment/pi_1"] = p
			for _, s := range fraud.Sources(e) {
				kind, id := fraud.SourceKey(s)
				rows["holds test/own/"+kind+"/"+id] = fraud.Add(fraud.Source{}, s, e)
			}
		}
		o, f = order.Merge(o, "pi_1", e), fraud.Merge(f, "pi_1", e)
		rows["orders test/own/order/pi_1"], rows["holds test/own/order/pi_1"] = o, f
	}
	return rows
}

// left is what the erasers leave of these rows, those that the events lead to.
func eraseRows(t *testing.T, rows map[string]any, es ...facts.Event) map[string]string {
	t.Helper()
	left := map[string]string{}
	for at, row := range rows {
		data, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		left[at] = string(data)
	}
	for _, eraser := range Erasers {
		var named []operator.RowName
		for _, e := range es {
			named = append(named, eraser.Rows(e)...)
		}
		if eraser.Customer != nil {
			named = append(named, eraser.Customer(erased)...)
		}
		for _, n := range named {
			at := eraser.Table + " test/own/" + n.Kind + "/" + n.ID
			if left[at] == "" {
				continue
			}
			data, err := eraser.Left(erased, json.RawMessage(left[at]))
			if err != nil {
				t.Fatal(at, err)
			}
			if left[at] = string(data); data == nil {
				delete(left, at)
			}
		}
	}
	return left
}

func TestErasersLeaveNothingOfThePerson(t *testing.T) {
	es := []facts.Event{checkout(t), failedCharge(t), subscribed(t)}
	rows := rowsAfter(t, es...)
	before, err := json.Marshal(rows)
	if err != nil || strings.Count(string(before), secret) < 2 || strings.Count(string(before), erased) < 3 {
		t.Fatalf("the rows have nothing to erase: %s, %v", before, err)
	}
	left := eraseRows(t, rows, es...)
	for at, row := range left {
		if strings.Contains(at+row, erased) || strings.Contains(row, secret) {
			t.Errorf("%s: %s", at, row)
		}
	}
	want := []string{"holds test/own/card/fp_1", "holds test/own/order/pi_1", "orders test/own/order/pi_1", "stock test/own/payment/pi_1"}
	if kept := slices.Sorted(maps.Keys(left)); !slices.Equal(kept, want) {
		t.Errorf("kept %v, want %v", kept, want)
	}
}

// What the business has to know of the payment stays as it was.
func TestErasersKeepWhatTheBooksNeed(t *testing.T) {
	es := []facts.Event{checkout(t), failedCharge(t)}
	rows := rowsAfter(t, es...)
	before, ok := rows["orders test/own/order/pi_1"].(order.Order)
	if !ok {
		t.Fatal(rows)
	}
	var after order.Order
	if err := json.Unmarshal([]byte(eraseRows(t, rows, es...)["orders test/own/order/pi_1"]), &after); err != nil {
		t.Fatal(err)
	}
	if after.Reference != "" || before.Reference == "" {
		t.Errorf("reference %q was %q", after.Reference, before.Reference)
	}
	if after.Status != before.Status || after.Amount != before.Amount || after.Paid != before.Paid || after.Currency != before.Currency || after.Paid == 0 {
		t.Errorf("%+v was %+v", after, before)
	}
}
