package fraud_test

import (
	"testing"

	"github.com/payhooks/payhooks/internal/shop/fraud"
	"github.com/payhooks/payhooks/internal/stripetest"
)

func TestEffectNamesTheHold(t *testing.T) {
	dispute := func(status string, due int64) stripetest.Object {
		return stripetest.Object{"id": "du_1", "object": "dispute", "payment_intent": "pi_1", "status": status, "evidence_details": stripetest.Object{"due_by": due}}
	}
	for _, c := range []struct {
		kind   string
		object stripetest.Object
		want   string
	}{
		{"charge.dispute.created", dispute("needs_response", 1796428800), "hold: dispute, evidence due 5 Dec 2026"},
		{"charge.dispute.created", dispute("warning_needs_response", 0), "hold: inquiry"},
		{"charge.dispute.closed", dispute("lost", 0), "hold over: dispute"},
		{"radar.early_fraud_warning.created", stripetest.Object{"id": "issfr_1", "object": "radar.early_fraud_warning", "charge": "ch_1", "actionable": true}, "hold: early fraud warning"},
		{"review.closed", stripetest.Object{"id": "prv_1", "object": "review", "charge": "ch_1", "closed_reason": "approved"}, "hold over: review"},
		{"charge.failed", stripetest.Object{"id": "ch_1", "object": "charge", "status": "failed", "customer": "cus_1"}, "failed attempt counted"},
		{"charge.succeeded", stripetest.Object{"id": "ch_1", "object": "charge", "status": "succeeded", "customer": "cus_1"}, ""},
	} {
		e := stripetest.Event{Type: c.kind, Object: c.object}.View()
		o := fraud.Merge(fraud.Order{}, "pi_1", e)
		if got := fraud.Effect(e, fraud.Order{}, o); got != c.want {
			t.Errorf("%s: %q, want %q", c.kind, got, c.want)
		}
		if got := fraud.Effect(e, o, fraud.Merge(o, "pi_1", e)); len(o.Holds) > 0 && got != "holds stay as they are" {
			t.Errorf("%s again: %q", c.kind, got)
		}
	}
}
