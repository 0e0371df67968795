package order

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// table merges events into rows as the action does.
func table(es []facts.Event) (all []Order) {
	rows := map[string]Order{}
	for _, e := range es {
		if kind, id, err := Row(e); err == nil {
			key := e.Key(kind, id)
			rows[key] = Merge(rows[key], id, e)
		}
	}
	for _, o := range rows {
		all = append(all, o)
	}
	return all
}

func TestFoldJoinsEventsOfAChargeWithItsOrder(t *testing.T) {
	for _, version := range stripetest.Versions {
		p := newPayment(version)
		p.Create().Pay()
		p.NoIntent = true // in all that follows
		p.Refund("re_1", 300).Dispute("created", "dp_1", 700, "needs_response")
		got := Fold(table(views(p)))
		want := []Order{{Order: "pi_1", Reference: "A-1", Status: Disputed, Currency: "eur", Amount: 1000, Paid: 1000, Refunded: 300, Disputed: 700, Scope: event.Scope{Livemode: true}}}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Order{}, "Facts")); diff != "" {
			t.Errorf("%s: orders (-want +got):\n%s", version, diff)
		}
	}
}

func TestChargesOfAnotherAccountOrModeStayApart(t *testing.T) {
	var all []facts.Event
	for _, c := range []struct {
		charge string
		amount int64
		scope  event.Scope
	}{
		{"ch_2", 500, event.Scope{Livemode: true}},
		{"ch_1", 700, event.Scope{Livemode: true, Account: "acct_1"}},
		{"ch_1", 900, event.Scope{}},
	} {
		p := alone(newPayment(stripetest.Latest), c.amount)
		p.Life.Scope, p.Charge = c.scope, c.charge
		all = append(all, views(p.Pay())...)
	}
	all = append(all, views(newPayment(stripetest.Latest).Create().Pay())...)
	names := map[string]int64{}
	for _, o := range Fold(table(all)) {
		names[o.Key(Kind, o.Order)] = o.Paid
	}
	if diff := cmp.Diff(map[string]int64{
		"live/own/order/pi_1": 1000, "live/own/order/ch_2": 500, "live/acct_1/order/ch_1": 700, "test/own/order/ch_1": 900,
	}, names); diff != "" {
		t.Error(diff)
	}
}

func TestFoldingChangesNothingWhereEveryEventNamesItsOrder(t *testing.T) {
	for _, story := range stories {
		p := newPayment(stripetest.Latest)
		story.happen(p)
		all := table(views(p))
		if diff := cmp.Diff(all, Fold(all)); diff != "" {
			t.Errorf("%s:\n%s", story.name, diff)
		}
	}
}
