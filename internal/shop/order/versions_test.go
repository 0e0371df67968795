package order

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// sent is one event of the object as it is, seconds after noon.
func sent(version facts.Version, kind string, after int, o object) facts.Event {
	return stripetest.Event{
		ID: "evt_" + kind + o["id"].(string), Type: kind, Version: version, Created: stripetest.Noon.Add(time.Duration(after) * time.Second), Object: o,
	}.View()
}

// listed are the orders without their facts, in every order and duplication of the
// events, or an error of the test where two of those differ.
func listed(t *testing.T, es []facts.Event, want ...Order) {
	t.Helper()
	for sequence := range stripetest.Orders(1, es) {
		got := Fold(table(sequence))
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Order{}, "Facts"), cmpopts.EquateEmpty()); diff != "" {
			var types []string
			for _, e := range sequence {
				types = append(types, e.Type)
			}
			t.Fatalf("%v: orders (-want +got):\n%s", slices.Clip(types), diff)
		}
	}
}

func TestChargesOfTheOldestVersionsAreOrders(t *testing.T) {
	for _, version := range []facts.Version{"2014-05-19", "2015-01-26"} {
		charge := object{"object": "charge", "id": "ch_1", "amount": 1000, "currency": "usd", "captured": true, "status": "paid", "paid": true, "amount_refunded": 0, "refunds": []any{}}
		back := stripetest.With(charge, object{"amount_refunded": 400, "refunds": []any{object{"object": "refund", "amount": 400, "currency": "usd"}}})
		listed(t, []facts.Event{
			sent(version, "charge.succeeded", 0, charge),
		}, Order{Order: "ch_1", Status: Paid, Currency: "usd", Amount: 1000, Paid: 1000})
		listed(t, []facts.Event{
			sent(version, "charge.succeeded", 0, charge),
			sent(version, "charge.refunded", 60, back),
		}, Order{Order: "ch_1", Status: PartiallyRefunded, Currency: "usd", Amount: 1000, Paid: 1000, Refunded: 400})
	}
}
