package mails

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripetest"
)

func seenAs(amount int, currency string) obj {
	return obj{"presentment_details": obj{"presentment_amount": amount, "presentment_currency": currency}}
}

func TestMailsShowWhatTheCustomerSaw(t *testing.T) {
	part := chargeOf("pi_1").with(obj{"amount_captured": 6000}).with(seenAs(9200, "eur"))
	for name, c := range map[string]struct {
		events [][]byte
		want   []string
	}{
		"a receipt": {[][]byte{
			posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1").with(seenAs(9200, "eur")), nil),
			posted("evt_2", "payment_intent.succeeded", today, 0, intent("succeeded", 10000), nil),
		}, []string{"receipt/pi_1 92.00 EUR → jenny@example.com"}},
		"a receipt in a currency without decimals": {[][]byte{
			posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1").with(seenAs(15012, "jpy")), nil),
		}, []string{"receipt/pi_1 15012 JPY → jenny@example.com"}},
		"a receipt of a part": {[][]byte{
			posted("evt_1", "charge.captured", today, 0, part, obj{"captured": false}),
		}, []string{"receipt/pi_1 55.20 EUR → jenny@example.com"}},
		"a refund": {[][]byte{
			posted("evt_1", "refund.created", today, time.Minute, refundOf("re_1", 5000, "succeeded").with(seenAs(4555, "eur")), nil),
			posted("evt_2", "charge.succeeded", today, 0, chargeOf("pi_1").with(seenAs(9200, "eur")), nil),
		}, []string{"receipt/pi_1 92.00 EUR → jenny@example.com", "refund/re_1 45.55 EUR → jenny@example.com"}},
		"a failure": {[][]byte{
			posted("evt_1", "charge.failed", today, 0, failedCharge1().with(seenAs(9200, "eur")), nil),
			posted("evt_2", "payment_intent.payment_failed", today, 0, declined(obj{"charge": "ch_1"}).with(seenAs(9200, "eur")), nil),
		}, []string{"failed/pi_1/2026-11-22 92.00 EUR → jenny@example.com"}},
		"the shop's own currency": {[][]byte{
			posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1").with(seenAs(10000, "usd")), nil),
		}, []string{"receipt/pi_1 100.00 USD → jenny@example.com"}},
	} {
		for order := range stripetest.Permutations(c.events) {
			s := open(t, always)
			for _, body := range order {
				if d := s.deliver(body); d.State != event.Done {
					t.Fatalf("%s: event %s is %s: %s", name, d.Event, d.State, d.Error)
				}
			}
			got := s.mails()
			if slices.Sort(got); !slices.Equal(got, c.want) {
				t.Errorf("%s: mails\n  %s\nwant\n  %s", name, strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
		}
	}
}

// The refund's own event says nothing; what is known of its charge does.
func TestARefundIsShownInProportionToItsCharge(t *testing.T) {
	s := open(t, always)
	s.deliver(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1").with(seenAs(9200, "eur")), nil))
	s.deliver(posted("evt_2", "refund.created", today, time.Minute, refundOf("re_1", 5000, "succeeded"), nil))
	if got := s.mails(); !slices.Contains(got, "refund/re_1 46.00 EUR → jenny@example.com") {
		t.Errorf("mails are %q, want the refund in euros", got)
	}
}

func TestADisputeIsShownAsTheBankSays(t *testing.T) {
	s := open(t, always)
	s.deliver(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1").with(seenAs(9200, "eur")), nil))
	s.deliver(posted("evt_2", "charge.dispute.created", today, time.Minute, disputed(), nil))
	if got := strings.Join(s.mails(), "\n"); !strings.Contains(got, "dispute/dp_1 100.00 USD") {
		t.Errorf("mails are\n%s\nwant the dispute in dollars", got)
	}
}

func TestWhatAPartialCaptureReleasesIsNoRefundInAnyOrder(t *testing.T) {
	list := obj{"object": "list", "has_more": false, "data": []obj{refundOf("re_1", 4000, "succeeded").with(obj{"created": noon.Unix()})}}
	captured := chargeOf("pi_1").with(obj{"amount_captured": 6000, "amount_refunded": 4000, "refunds": list})
	for order := range stripetest.Permutations([][]byte{
		posted("evt_1", "charge.succeeded", "2020-08-27", 0, uncaptured(), nil),
		posted("evt_2", "charge.captured", "2020-08-27", 0, captured, obj{"captured": false}),
		posted("evt_3", "charge.refunded", "2020-08-27", 0, captured, obj{"amount_refunded": 0}),
	}) {
		s := open(t, always)
		for _, body := range order {
			s.deliver(body)
		}
		if got := s.mails(); !slices.Equal(got, []string{"receipt/pi_1 60.00 USD → jenny@example.com"}) {
			t.Errorf("mails are %q, want a receipt alone", got)
		}
	}
}
