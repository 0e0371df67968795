package order

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// table merges events into rows as the action does.
func table(es []facts.Event) (all []Order) {
	rows := map[string]Order{}
	for _, e := range es {
		if kind, id, err := Key(e); err == nil {
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
	for _, version := range []string{v2023, dahlia} {
		s := newStripe(t, version)
		s.intent(1000).pay("ch_1", 1000)
		s.ch["payment_intent"] = nil // in all that follows
		s.refund("re_1", 300).dispute("created", "dp_1", 700, "needs_response")
		got := Fold(table(s.events))
		want := []Order{{Order: "pi_1", Reference: "A-1", Status: Disputed, Currency: "eur", Amount: 1000, Paid: 1000, Refunded: 300, Disputed: 700, Scope: event.Scope{Livemode: true}}}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Order{}, "Facts")); diff != "" {
			t.Errorf("%s: orders (-want +got):\n%s", version, diff)
		}
	}
}

func TestChargesOfAnotherAccountOrModeStayApart(t *testing.T) {
	s := newStripe(t, dahlia)
	s.intent(1000).pay("ch_1", 1000)
	own := newStripe(t, dahlia)
	own.pay("ch_2", 500)
	theirs := newStripe(t, dahlia)
	theirs.pay("ch_1", 700)
	theirs.events[0].Account = "acct_1"
	test := newStripe(t, dahlia)
	test.pay("ch_1", 900)
	test.events[0].Livemode = false
	all := slices.Concat(table(s.events), table(own.events), table(theirs.events), table(test.events))
	names := map[string]int64{}
	for _, o := range Fold(all) {
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
		s := newStripe(t, dahlia)
		story.tell(s)
		all := table(s.events)
		if diff := cmp.Diff(all, Fold(all)); diff != "" {
			t.Errorf("%s:\n%s", story.name, diff)
		}
	}
}
