package fraud

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

func TestWhatNamesAChargeAloneHoldsTheOrderThatOwnsIt(t *testing.T) {
	now := time.Unix(1790000000, 0).UTC()
	said := func(kind string, d facts.Dispute) facts.Event {
		return facts.Event{Facts: event.Facts{Type: kind, Created: now}, Dispute: &d}
	}
	opened := Merge(Order{}, "ch_1", said("charge.dispute.created", facts.Dispute{ID: "dp_1", Charge: "ch_1", Status: "needs_response", Created: now}))
	closed := Merge(Order{}, "pi_1", said("charge.dispute.closed", facts.Dispute{ID: "dp_1", Charge: "ch_1", PaymentIntent: "pi_1", Status: "won", Created: now}))
	test := opened
	test.Livemode = !test.Livemode
	got := Fold([]Order{opened, closed}, func(Order) string { return "pi_1" })
	if all := Fold([]Order{opened, closed, test}, func(Order) string { return "pi_1" }); len(all) != 2 {
		t.Errorf("rows of two modes are folded into %+v", all)
	}
	if len(got) != 1 || len(got[0].Holds) != 1 || got[0].Holds[0].Order != "pi_1" || got[0].Holds[0].Released.IsZero() {
		t.Errorf("rows are %+v, want one hold of pi_1 that is over", got)
	}
}
