package mails

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// texting is the local stack's settings, which allow texts to test customers.
func texting() Settings {
	cfg := always
	cfg.Texts = true
	return cfg
}

func withPhone(o obj) obj {
	return o.with(obj{"billing_details": obj{"email": "jenny@example.com", "phone": "+1 (555) 010-0123"}})
}

func succeeded(charge obj) []byte {
	return posted("evt_1", "charge.succeeded", today, 0, charge, nil)
}

// texts are what went to phones, in order.
func (s *shop) texts() (all []string) {
	for _, m := range s.phones.sent {
		all = append(all, m.To+" "+m.Body)
	}
	return all
}

func TestAPaymentIsTextedOnceBesideItsMail(t *testing.T) {
	anyone := chargeOf("pi_1").with(obj{"billing_details": obj{"email": "jenny@example.com", "phone": "555 0100"}})
	called := session().with(obj{"customer_details": obj{"email": "session@example.com", "phone": "+442079460000"}})
	receipt := "Acme: thank you, we have received your payment of 100.00 USD for order A-17. (A test: no real money has moved.)"
	for name, c := range map[string]struct {
		events [][]byte
		want   []string
		mails  int
	}{
		"the charge's number": {[][]byte{
			succeeded(withPhone(chargeOf("pi_1"))),
			posted("evt_2", "charge.updated", today, time.Second, withPhone(chargeOf("pi_1")), obj{"balance_transaction": nil}),
			posted("evt_3", "payment_intent.succeeded", today, 0, intent("succeeded", 10000), nil),
		}, []string{"+15550100123 " + receipt}, 1},
		"the session's number": {[][]byte{
			succeeded(anyone), posted("evt_2", "checkout.session.completed", today, time.Second, called, nil),
		}, []string{"+442079460000 " + strings.Replace(receipt, "A-17", "CART-9", 1)}, 1},
		"a number without its country": {[][]byte{succeeded(anyone)}, nil, 1},
		"a failed payment, with where to pay": {[][]byte{
			posted("evt_1", "charge.failed", today, 0, withPhone(failedCharge1()), nil),
			posted("evt_2", "payment_intent.payment_failed", today, 0, declined(obj{"charge": "ch_1"}), nil),
		}, []string{"+15550100123 Acme: your payment of 100.00 USD for order A-17 did not go through. Try again: https://shop.example.com/pay (A test: no real money has moved.)"}, 1},
		"a refund and a dispute are only mailed": {[][]byte{
			posted("evt_1", "refund.created", today, time.Hour, refundOf("re_1", 3000, "succeeded"), nil),
			posted("evt_2", "charge.dispute.created", today, 0, disputed(), nil),
			posted("evt_3", "charge.refunded", today, time.Hour, withPhone(chargeOf("pi_1")).with(obj{"amount_refunded": 3000}), obj{"amount_refunded": 0}),
		}, nil, 2},
		"a number and no address": {[][]byte{
			succeeded(chargeOf("pi_1").with(obj{"billing_details": obj{"phone": "+15550100123"}})),
		}, []string{"+15550100123 " + receipt}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			for order := range stripetest.Permutations(c.events) {
				s := open(t, texting())
				for _, body := range slices.Concat(order, order) {
					if d := s.deliver(body); d.State != event.Done {
						t.Fatalf("%s is %s: %s", d.Event, d.State, d.Error)
					}
				}
				got := s.texts()
				if name == "the session's number" { // whichever order number is known by then
					for i := range got {
						got[i] = strings.Replace(got[i], "A-17", "CART-9", 1)
					}
				}
				if !slices.Equal(got, c.want) || len(s.post.sent) != c.mails {
					t.Fatalf("texts %q, want %q; mails %v, want %d", got, c.want, s.mails(), c.mails)
				}
			}
		})
	}
}

func TestWhoIsTextedAndWhoIsNot(t *testing.T) {
	off, deployed, nobody, only := always, texting(), texting(), texting()
	deployed.TestRecipient, nobody.TestRecipient, only.Mode = "tester@example.com", "", "off"
	unless := texting()
	unless.Mode = modeUnlessStripe
	charge := withPhone(chargeOf("pi_1")).with(obj{"receipt_email": "receipt@example.com"})
	for name, c := range map[string]struct {
		cfg          Settings
		live         bool
		late         time.Duration
		texts, mails int
	}{
		"texts are off":                            {off, true, 0, 0, 1},
		"a live payment":                           {deployed, true, 0, 1, 1},
		"a test payment on a deployed stack":       {deployed, false, 0, 0, 1},
		"a test payment for nobody":                {nobody, false, 0, 0, 0},
		"a test payment on the local stack":        {texting(), false, 0, 1, 1},
		"mail is off":                              {only, true, 0, 1, 0},
		"Stripe mails the receipt, and texts none": {unless, true, 0, 1, 0},
		"too late":                                 {deployed, true, 73 * time.Hour, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, c.cfg)
			s.late = c.late
			body := succeeded(charge)
			if c.live {
				body = live(body)
			}
			d := s.deliver(body)
			if d.State != event.Done || len(s.phones.sent) != c.texts || len(s.post.sent) != c.mails {
				t.Errorf("%s %q: %d texts, %d mails, want %d and %d", d.State, d.Outcome+d.Error, len(s.phones.sent), len(s.post.sent), c.texts, c.mails)
			}
		})
	}
}

func TestATestTextNeverLeavesADeployedStack(t *testing.T) {
	env := map[string]string{"MAIL": "always", "SMS": "on", "MAIL_TEST_RECIPIENT": "customer", "MAIL_FROM": "shop@example.com"}
	read := func(name string) string { return env[name] }
	if s, err := SettingsFrom(read, "send-receipt"); err != nil || s.TestRecipient != "" || !s.Texts {
		t.Errorf("deployed: %+v, %v, want no test recipient", s, err)
	}
	env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1"
	if s, err := SettingsFrom(read, "send-receipt"); err != nil || s.TestRecipient != toCustomer {
		t.Errorf("local: %+v, %v, want the customer", s, err)
	}
}

func TestACustomersNumberIsUsedOnlyIfItIsReadForTheAddress(t *testing.T) {
	stripe := newAPI(t, customer("ada@example.com", "+15550100123"))
	s := open(t, texting()).asks(stripe)
	s.deliver(succeeded(regular()))
	if len(s.phones.sent) != 1 || len(s.post.sent) != 1 || stripe.Calls() != 1 {
		t.Errorf("texts %v, mails %v after %d calls, want one of each after one", s.texts(), s.mails(), stripe.Calls())
	}
	s = open(t, texting()).asks(newAPI(t, customer(nil, "+15550100123")))
	s.deliver(succeeded(regular()))
	if len(s.phones.sent) != 1 || len(s.post.sent) != 0 {
		t.Errorf("without an address: texts %v, mails %v", s.texts(), s.mails())
	}
	stripe = newAPI(t, customer("ada@example.com", "+15550100123"))
	s = open(t, texting()).asks(stripe)
	s.deliver(succeeded(chargeOf("pi_1").with(obj{"customer": "cus_1"})))
	if len(s.phones.sent) != 0 || stripe.Calls() != 1 { // for the language
		t.Errorf("the charge has an address: texts %v after %d calls", s.texts(), stripe.Calls())
	}
	s = open(t, texting()).asks(newAPI(t, customer("ada@example.com", nil)))
	if d := s.deliver(succeeded(regular())); len(s.phones.sent) != 0 || d.Outcome != "receipt sent, receipt/pi_1/sms skipped: no phone number" {
		t.Errorf("no number: texts %v, %q", s.texts(), d.Outcome)
	}
}

func TestFailedSMSDoesNotRepeatMailNorReverse(t *testing.T) {
	for _, c := range []struct {
		mail, text   error
		state        event.State
		mails, texts int // after another attempt
	}{
		{nil, event.ErrThrottled, event.Waiting, 1, 1},
		{nil, event.ErrNotSent, event.Waiting, 1, 1},
		{nil, event.ErrRejected, event.Parked, 1, 1},
		{nil, event.Skip("opted out"), event.Done, 1, 0},
		{nil, errors.New("connection reset by peer"), event.Unknown, 1, 0},
		{event.ErrThrottled, nil, event.Waiting, 1, 1},
		{event.ErrRejected, nil, event.Parked, 1, 1},
		{errors.New("connection reset by peer"), nil, event.Unknown, 0, 1},
		{event.ErrThrottled, event.ErrThrottled, event.Waiting, 1, 1},
		{event.ErrThrottled, event.Skip("opted out"), event.Waiting, 1, 1},
		{errors.New("connection reset by peer"), event.ErrThrottled, event.Unknown, 0, 1},
	} {
		t.Run(fmt.Sprint(c.mail, ", ", c.text), func(t *testing.T) {
			s := open(t, texting())
			s.post.err, s.phones.err = c.mail, c.text
			d := s.deliver(succeeded(withPhone(chargeOf("pi_1"))))
			if d.State != c.state {
				t.Fatalf("%s %q, want %s", d.State, d.Outcome+d.Error, c.state)
			}
			s.post.err, s.phones.err = nil, nil
			s.Now = s.Now.Add(time.Hour)
			if d.State == event.Parked || d.State == event.Unknown {
				s.DeliverStale("evt_1")
			} else {
				s.Deliver("evt_1")
			}
			if len(s.post.sent) != c.mails || len(s.phones.sent) != c.texts {
				t.Errorf("%d mails and %d texts in the end, want %d and %d", len(s.post.sent), len(s.phones.sent), c.mails, c.texts)
			}
		})
	}
}

func TestATextIsShortAndOneLineWhateverTheShopWrites(t *testing.T) {
	s := open(t, texting())
	s.deliver(succeeded(withPhone(chargeOf("pi_1")).with(obj{"metadata": obj{"order_id": "A\n" + strings.Repeat("x", 500)}})))
	if got := s.texts(); len(got) != 1 || strings.Contains(got[0], "\n") || len(got[0]) > 220 {
		t.Errorf("texts %q", got)
	}
}
