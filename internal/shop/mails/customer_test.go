package mails

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/memory"
)

func customer(email, phone any) obj {
	return obj{"id": "cus_1", "object": "customer", "livemode": false, "email": email, "phone": phone}
}

// regular is a charge of a customer whose address is in no event.
func regular() obj { return anonymous().with(obj{"customer": "cus_1"}) }

var trialKey = fmt.Sprintf("trial/sub_1/%d", noon.Add(72*time.Hour).Unix())

func TestTheCustomersAddressServesWhereNoEventTellsOne(t *testing.T) {
	for name, c := range map[string]struct {
		event []byte
		want  string
	}{
		"the end of a trial":             {posted("evt_1", "customer.subscription.trial_will_end", before2024, 0, trial(), nil), trialKey + "  → ada@example.com"},
		"a receipt":                      {posted("evt_1", "charge.succeeded", today, 0, regular(), nil), "receipt/pi_1 100.00 USD → ada@example.com"},
		"a failure of the intent's":      {posted("evt_1", "payment_intent.payment_failed", today, 0, declined(obj{"charge": "ch_1"}).with(obj{"customer": "cus_1"}), nil), failedKey + " 100.00 USD → ada@example.com"},
		"an invoice paid outside Stripe": {posted("evt_1", "invoice.paid", before2024, 0, invoice(obj{"payment_intent": nil, "charge": nil, "paid_out_of_band": true, "customer_email": nil, "customer": "cus_1"}), nil), "receipt/in_1 100.00 USD → ada@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			stripe := newAPI(t, customer("ada@example.com", nil))
			s := open(t, always).asks(stripe)
			for range 2 {
				s.deliver(c.event)
			}
			if got := s.mails(); !slices.Equal(got, []string{c.want}) {
				t.Errorf("mails %v, want %s", got, c.want)
			}
			want := 1
			if strings.HasPrefix(c.want, "failed") {
				want = 2 // also for the page of an invoice
			}
			if n := stripe.Calls(); n != want {
				t.Errorf("asked Stripe %d times, want %d", n, want)
			}
		})
	}
}

func TestStripeIsReadOnlyForDueMailWithoutAddress(t *testing.T) {
	off, unless, nobody := always, always, always
	off.Mode, unless.Mode, nobody.TestRecipient = "off", modeUnlessStripe, ""
	owned := chargeOf("pi_1").with(obj{"customer": "cus_1"})
	for name, c := range map[string]struct {
		cfg   Settings
		late  time.Duration
		event []byte
	}{
		"mail is off":             {off, 0, posted("evt_1", "charge.succeeded", today, 0, regular(), nil)},
		"it is too late":          {always, 80 * time.Hour, posted("evt_1", "charge.succeeded", today, 0, regular(), nil)},
		"nothing is captured":     {always, 0, posted("evt_1", "charge.succeeded", today, 0, regular().with(obj{"captured": false, "amount_captured": 0}), nil)},
		"nobody gets test mails":  {nobody, 0, posted("evt_1", "charge.succeeded", today, 0, regular(), nil)},
		"there is no customer":    {always, 0, posted("evt_1", "charge.succeeded", before2024, 0, anonymous(), nil)},
		"it goes to the shop":     {always, 0, posted("evt_1", "charge.dispute.created", today, 0, disputed(), nil)},
		"Stripe mails it itself":  {unless, 0, live(posted("evt_1", "charge.succeeded", today, 0, owned.with(obj{"receipt_email": "a@example.com"}), nil))},
		"there is nothing to say": {always, 0, posted("evt_1", "payment_intent.succeeded", today, 0, intent("succeeded", 10000).with(obj{"customer": "cus_1"}), nil)},
	} {
		t.Run(name, func(t *testing.T) {
			stripe := newAPI(t, customer("ada@example.com", nil))
			s := open(t, c.cfg).asks(stripe)
			s.late = c.late
			if d := s.deliver(c.event); d.State != event.Done || stripe.Calls() != 0 {
				t.Errorf("%s %q, asked Stripe %d times", d.State, d.Outcome+d.Error, stripe.Calls())
			}
		})
	}
}

func TestWithoutAKeyOrACustomerThereIsNoAddress(t *testing.T) {
	body := posted("evt_1", "customer.subscription.trial_will_end", before2024, 0, trial(), nil)
	for name, s := range map[string]*shop{
		"no key":                open(t, always),
		"no such customer":      open(t, always).asks(newAPI(t)),
		"deleted":               open(t, always).asks(newAPI(t, obj{"id": "cus_1", "object": "customer", "deleted": true})),
		"no address":            open(t, always).asks(newAPI(t, customer(nil, "+15550100123"))),
		"an address that isn't": open(t, always).asks(newAPI(t, customer("ada", nil))),
	} {
		if d := s.deliver(body); d.State != event.Done || d.Outcome != "skipped: no address" || len(s.post.sent) > 0 {
			t.Errorf("%s: %s %q, mails %v", name, d.State, d.Outcome+d.Error, s.mails())
		}
	}
	live := open(t, always).asks(newAPI(t, customer("ada@example.com", nil)))
	live.key = "rk_live_1"
	if d := live.deliver(body); d.Outcome != "skipped: no address" {
		t.Errorf("a key of the other mode: %s %q", d.State, d.Outcome+d.Error)
	}
}

func TestAKeyThatMayNotReadCustomersParksTheMailAndSaysSo(t *testing.T) {
	for status, want := range map[int]string{
		http.StatusForbidden:    "permission to read Customers",
		http.StatusUnauthorized: "put a valid one into the stack's secret",
	} {
		stripe := newAPI(t, customer("ada@example.com", nil))
		refused := true
		stripe.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
			if refused {
				fakestripe.Fail(w, status, "invalid_request_error", "", "No.")
			}
			return refused
		}
		s := open(t, always).asks(stripe)
		d := s.deliver(posted("evt_1", "customer.subscription.trial_will_end", before2024, 0, trial(), nil))
		if d.State != event.Parked || !strings.Contains(d.Error, want) {
			t.Errorf("%d: %s %q, want parked with %q", status, d.State, d.Error, want)
		}
		refused = false
		if d := s.DeliverStale("evt_1"); d.State != event.Done || len(s.post.sent) != 1 {
			t.Errorf("%d, once it may: %s %q, mails %v", status, d.State, d.Error, s.mails())
		}
	}
}

func TestAnOutageOfStripeDelaysTheMailAndLosesNothing(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusInternalServerError} {
		stripe := newAPI(t, customer("ada@example.com", nil))
		down := true
		stripe.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
			if down {
				w.Header().Set("Stripe-Should-Retry", "false")
				fakestripe.Fail(w, status, "api_error", "", "Later.")
			}
			return down
		}
		s := open(t, always).asks(stripe)
		d := s.deliver(posted("evt_1", "customer.subscription.trial_will_end", before2024, 0, trial(), nil))
		if d.State != event.Waiting || len(s.post.sent) > 0 {
			t.Fatalf("%d: %s %q", status, d.State, d.Error)
		}
		down = false
		s.Now = d.Next
		if d := s.Deliver("evt_1"); d.State != event.Done || len(s.post.sent) != 1 {
			t.Errorf("%d, later: %s %q, mails %v", status, d.State, d.Error, s.mails())
		}
	}
}

// A retry asks again, since the address is kept nowhere, and the mail's own key
// still keeps it to one.
func TestAnAddressFromStripeIsNotKeptInTheLedger(t *testing.T) {
	stripe := newAPI(t, customer("ada@example.com", "+15550100123"))
	cfg := always
	cfg.Texts = true
	s := open(t, cfg).asks(stripe)
	s.post.err = event.ErrThrottled
	s.phones.err = errors.New("connection reset by peer")
	s.deliver(posted("evt_1", "charge.succeeded", today, 0, regular(), nil))
	s.post.err = nil
	s.Now = s.Now.Add(time.Hour)
	s.deliver(posted("evt_2", "charge.updated", today, 0, regular(), obj{"receipt_email": nil}))
	for _, key := range []string{"receipt/pi_1", "receipt/pi_1/sms"} {
		kept := s.Effect(key)
		if kept.State == "" {
			t.Fatalf("there is no effect %s", key)
		}
		assertImpersonal(t, kept)
	}
	for _, id := range []string{"evt_1", "evt_2"} {
		assertImpersonal(t, s.Delivery(id))
	}
}

func assertImpersonal(t *testing.T, v any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(text); strings.Contains(s, "@") || strings.Contains(s, "555") {
		t.Errorf("the ledger holds personal data: %s", s)
	}
}

// What a crash between the mail and its record leaves is not sent again,
// wherever the address came from.
func TestMailToListedAddressIsSentOnce(t *testing.T) {
	stripe := newAPI(t, customer("ada@example.com", nil))
	s := open(t, always).asks(stripe)
	s.Store.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Resolve" && op.Key == trialKey {
			return memory.Refuse(memory.ErrUnavailable)
		}
		return memory.Fault{}
	}
	s.deliver(posted("evt_1", "customer.subscription.trial_will_end", before2024, 0, trial(), nil))
	s.Store.Fault = nil
	s.Now = s.Now.Add(time.Hour)
	d := s.Deliver("evt_1")
	if len(s.post.sent) != 1 || d.State != event.Unknown {
		t.Errorf("%s %q, mails %v, want one and unknown", d.State, d.Error, s.mails())
	}
}
