package mails

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// twoRefunds is one event of a version that lists the refunds in the charge: one of
// a week ago, which no event reported, and a new one.
func twoRefunds() []byte {
	old := refundOf("re_1", 3000, "succeeded").with(obj{"created": noon.Add(-7 * 24 * time.Hour).Unix()})
	list := obj{"object": "list", "has_more": false, "data": []obj{refundOf("re_2", 2000, "succeeded"), old}}
	return posted("evt_1", "charge.refunded", "2020-08-27", time.Hour, chargeOf("pi_1").with(obj{"amount_refunded": 5000, "refunds": list}), obj{"amount_refunded": 3000})
}

func TestMailWithheldBesideAnotherIsNamedAndCanBeAskedFor(t *testing.T) {
	s := open(t, always)
	d := s.deliver(twoRefunds())
	if d.State != event.Done || !d.Withheld || d.Outcome != "refund sent, refund/re_1 skipped: stale" {
		t.Fatalf("%s %q, withheld %v, want both refunds named", d.State, d.Outcome, d.Withheld)
	}
	want := []event.EffectOutcome{{Key: "refund/re_2", State: "done"}, {Key: "refund/re_1", State: "withheld", Why: "skipped: stale"}}
	if !slices.Equal(d.Effects, want) {
		t.Errorf("effects %+v, want %+v", d.Effects, want)
	}
	d = s.DeliverStale("evt_1")
	s.wantRefunds("refund/re_1 30.00 USD", "refund/re_2 20.00 USD")
	if d.Withheld || d.Outcome != "refund sent, refund sent" {
		t.Errorf("%q, withheld %v, want all that the event did", d.Outcome, d.Withheld)
	}
}

func TestAskingAgainMailsWhatWasOnlyTexted(t *testing.T) {
	for _, version := range stripetest.Versions {
		charge := chargeOf("pi_1").with(obj{"customer": "cus_1", "billing_details": obj{"phone": "+15550100123"}})
		stripe := newAPI(t, customer(nil, nil))
		s := open(t, texting()).asks(stripe)
		d := s.deliver(posted("evt_1", "charge.succeeded", version, 0, charge, nil))
		if !d.Withheld || d.Outcome != "receipt sent as text message, receipt/pi_1 skipped: no address" {
			t.Fatalf("%s %q, withheld %v", d.State, d.Outcome, d.Withheld)
		}
		stripe.has(t, customer("ada@example.com", nil))
		d = s.again("evt_1")
		if len(s.post.sent) != 1 || len(s.phones.sent) != 1 || d.Outcome != "receipt sent, receipt sent as text message" || d.Withheld {
			t.Errorf("%s: %q, mails %v, texts %v, want one of each", version, d.Outcome, s.mails(), s.texts())
		}
	}
}

func TestMailThatIsOffBesideTextCanBeAskedForLater(t *testing.T) {
	cfg := texting()
	cfg.Mode = modeUnlessStripe
	s := open(t, cfg)
	charge := withPhone(chargeOf("pi_1")).with(obj{"receipt_email": "receipt@example.com"})
	d := s.deliver(live(posted("evt_1", "charge.succeeded", today, 0, charge, nil)))
	if !d.Withheld || !strings.Contains(d.Outcome, "sent as text message, receipt/pi_1 skipped: Stripe mails") {
		t.Errorf("%q, withheld %v, want the mail named beside the text", d.Outcome, d.Withheld)
	}
}

// again reopens a delivery as replay --again does.
func (s *shop) again(id string) event.Delivery {
	s.t.Helper()
	if err := s.Store.Reopen(s.t.Context(), event.DeliveryRef{Action: s.Handler.Action, Event: id}, s.Now, false); err != nil {
		s.t.Fatal(err)
	}
	return s.Deliver(id)
}
