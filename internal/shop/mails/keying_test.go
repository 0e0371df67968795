package mails

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// gaveBack is charge.refunded: from so much to so much, hours after the charge.
func gaveBack(id string, version facts.Version, hours, before, after int) []byte {
	at := time.Duration(hours) * time.Hour
	return posted(id, "charge.refunded", version, at, chargeOf("pi_1").with(obj{"amount_refunded": after}), obj{"amount_refunded": before})
}

// made is a refund as Stripe has it.
func made(id string, amount int, status string, hours int) obj {
	return refundOf(id, amount, status).with(obj{"created": noon.Add(time.Duration(hours) * time.Hour).Unix(), "livemode": false})
}

func paid() []byte {
	return posted("evt_paid", "charge.succeeded", before2024, 0, chargeOf("pi_1"), nil)
}

// refundMails are the keys and amounts of what went out about refunds.
func (s *shop) refundMails() (all []string) {
	for _, m := range s.mails() {
		if strings.HasPrefix(m, "refund/") {
			all = append(all, strings.TrimSuffix(m, " → jenny@example.com"))
		}
	}
	slices.Sort(all)
	return all
}

func (s *shop) wantRefunds(want ...string) {
	s.t.Helper()
	if got := s.refundMails(); !slices.Equal(got, want) {
		s.t.Errorf("mails of refunds\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestUnnamedRefundsAreMailedInAnyOrder(t *testing.T) {
	stripe := newAPI(t, made("re_1", 3000, "succeeded", 1), made("re_2", 3000, "pending", 2), made("re_3", 500, "failed", 2), made("re_4", 500, "canceled", 2))
	bodies := [][]byte{
		paid(), gaveBack("evt_1", before2024, 1, 0, 3000), gaveBack("evt_2", before2024, 2, 3000, 6000),
		gaveBack("evt_3", before2024, 2, 3000, 6000),
		posted("evt_4", "charge.refund.updated", before2024, 2*time.Hour, refundOf("re_1", 3000, "succeeded"), obj{"status": "pending"}),
	}
	for order := range stripetest.Permutations(bodies) {
		s := open(t, always).asks(stripe)
		for _, body := range slices.Concat(order, order) {
			s.deliver(body)
		}
		s.wantRefunds("refund/re_1 30.00 USD", "refund/re_2 30.00 USD")
	}
}

func TestARefundThatComesBackAfterOneFailedIsMailedToo(t *testing.T) {
	stripe := newAPI(t, made("re_1", 3000, "failed", 1), made("re_2", 3000, "succeeded", 3))
	bodies := [][]byte{
		paid(), gaveBack("evt_1", before2024, 1, 0, 3000), gaveBack("evt_2", before2024, 3, 0, 3000),
		posted("evt_3", "charge.refund.updated", before2024, 2*time.Hour, refundOf("re_1", 3000, "failed"), nil),
	}
	for order := range stripetest.Permutations(bodies) {
		s := open(t, always).asks(stripe)
		for _, body := range order {
			s.deliver(body)
		}
		s.wantRefunds("refund/re_2 30.00 USD")
	}
}

func TestTheReleasedRemainderInStripesListIsNoRefund(t *testing.T) {
	part := func(id string, hours, before, after int) []byte {
		c := chargeOf("pi_1").with(obj{"amount_captured": 6000, "amount_refunded": after})
		return posted(id, "charge.refunded", before2024, time.Duration(hours)*time.Hour, c, obj{"amount_refunded": before})
	}
	for name, rs := range map[string][]obj{
		"listed":                      {made("re_0", 4000, "succeeded", 0), made("re_1", 4000, "succeeded", 1)},
		"not listed":                  {made("re_1", 4000, "succeeded", 1)},
		"listed, another amount back": {made("re_0", 4000, "succeeded", 0), made("re_1", 1000, "succeeded", 1), made("re_2", 3000, "succeeded", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, always).asks(newAPI(t, rs...))
			s.deliver(part("evt_1", 0, 0, 4000))
			s.deliver(part("evt_2", 1, 4000, 8000))
			got := s.refundMails()
			if len(got) == 0 || slices.ContainsFunc(got, func(m string) bool { return strings.Contains(m, "re_0") }) {
				t.Errorf("mails %v", got)
			}
		})
	}
}

func TestRefundFromLongBeforeIsMailedOnlyIfAskedFor(t *testing.T) {
	s := open(t, always).asks(newAPI(t, made("re_old", 1000, "succeeded", -8000), made("re_1", 3000, "succeeded", 1)))
	d := s.deliver(gaveBack("evt_1", before2024, 1, 1000, 4000))
	s.wantRefunds("refund/re_1 30.00 USD")
	if d.Outcome != "refund sent, refund/re_old skipped: stale" || !d.Withheld {
		t.Errorf("%q, withheld %v, want both refunds named", d.Outcome, d.Withheld)
	}
	s.DeliverStale("evt_1")
	s.wantRefunds("refund/re_1 30.00 USD", "refund/re_old 10.00 USD")
}

func TestRefundMailedBeforeIsNotCalledStale(t *testing.T) {
	stripe := newAPI(t, made("re_1", 1000, "succeeded", 1))
	s := open(t, always).asks(stripe)
	s.deliver(gaveBack("evt_1", before2024, 1, 0, 1000))
	stripe.has(t, made("re_2", 3000, "succeeded", 200))
	s.Now = noon.Add(201 * time.Hour)
	d := s.deliver(gaveBack("evt_2", before2024, 200, 1000, 4000))
	if d.Outcome != "refund sent" || d.Withheld {
		t.Errorf("%q, withheld %v, want the second alone", d.Outcome, d.Withheld)
	}
	s.wantRefunds("refund/re_1 10.00 USD", "refund/re_2 30.00 USD")
}

func TestMailWithoutKeyIsAboutEventsAmount(t *testing.T) {
	for name, s := range map[string]*shop{
		"no key":         open(t, always),
		"an empty list":  open(t, always).asks(newAPI(t)),
		"a shorter list": open(t, always).asks(newAPI(t, made("re_1", 1000, "succeeded", 1))),
	} {
		t.Run(name, func(t *testing.T) {
			s.deliver(gaveBack("evt_1", before2024, 1, 0, 3000))
			s.deliver(gaveBack("evt_2", before2024, 2, 3000, 6000))
			s.wantRefunds("refund/ch_1/3000 30.00 USD", "refund/ch_1/6000 30.00 USD")
		})
	}
	gone := newAPI(t)
	gone.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
		fakestripe.Fail(w, http.StatusNotFound, "invalid_request_error", "resource_missing", "No such charge: 'ch_1'")
		return true
	}
	s := open(t, always).asks(gone)
	s.deliver(gaveBack("evt_1", before2024, 1, 0, 3000))
	s.wantRefunds("refund/ch_1/3000 30.00 USD")
}

func TestTheReleasedRemainderCountsOnlyWhereStripeCountsIt(t *testing.T) {
	part := func(id string, version facts.Version, hours, before, after int) []byte {
		c := chargeOf("pi_1").with(obj{"amount_captured": 6000, "amount_refunded": after})
		return posted(id, "charge.refunded", version, time.Duration(hours)*time.Hour, c, obj{"amount_refunded": before})
	}
	s := open(t, always) // an endpoint whose version is raised between two refunds
	s.deliver(part("evt_1", before2024, 1, 4000, 5000))
	s.deliver(part("evt_2", today, 2, 1000, 3000))
	s.wantRefunds("refund/ch_1/3000 20.00 USD", "refund/ch_1/5000 10.00 USD")
}

func TestRefundBetweenTwoCapturesIsMailedOnce(t *testing.T) {
	part := func(id string, hours, captured, before, after int) []byte {
		c := chargeOf("pi_1").with(obj{"amount_captured": captured, "amount_refunded": after})
		return posted(id, "charge.refunded", before2024, time.Duration(hours)*time.Hour, c, obj{"amount_refunded": before})
	}
	s := open(t, always) // of 10000
	s.deliver(part("evt_1", 1, 5000, 0, 1000))
	s.deliver(part("evt_2", 2, 6000, 1000, 5000)) // the rest, 4000, is released
	s.deliver(part("evt_3", 3, 6000, 5000, 5500))
	s.wantRefunds("refund/ch_1/1000 10.00 USD", "refund/ch_1/5500 5.00 USD")
}

func TestAnOutageOfStripeIsNoReasonToMailByTheAmount(t *testing.T) {
	stripe := newAPI(t, made("re_1", 3000, "succeeded", 1))
	status := http.StatusServiceUnavailable
	stripe.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Stripe-Should-Retry", "false")
		if status != 0 {
			fakestripe.Fail(w, status, "api_error", "", "No.")
		}
		return status != 0
	}
	s := open(t, always).asks(stripe)
	d := s.deliver(gaveBack("evt_1", before2024, 1, 0, 3000))
	if d.State != event.Waiting {
		t.Fatalf("down: %s %q", d.State, d.Error)
	}
	status, s.Now = http.StatusForbidden, d.Next
	if d = s.Deliver("evt_1"); d.State != event.Parked || !strings.Contains(d.Error, "permission to read Charges and Refunds") {
		t.Fatalf("refused: %s %q", d.State, d.Error)
	}
	status = 0
	s.DeliverStale("evt_1")
	s.wantRefunds("refund/re_1 30.00 USD")
}

func TestLaterKeyDoesNotRepeatMails(t *testing.T) {
	s := open(t, always)
	s.deliver(gaveBack("evt_1", before2024, 1, 0, 3000))
	s.asks(newAPI(t, made("re_1", 3000, "succeeded", 1), made("re_2", 3000, "succeeded", 2))).forgets()
	s.deliver(gaveBack("evt_2", before2024, 1, 0, 3000)) // the same occurrence once more
	s.deliver(gaveBack("evt_3", before2024, 2, 3000, 6000))
	s.deliver(posted("evt_4", "refund.created", today, 2*time.Hour, refundOf("re_2", 3000, "succeeded"), nil))
	s.deliver(gaveBack("evt_5", today, 3, 6000, 7000))
	s.wantRefunds("refund/ch_1/3000 30.00 USD", "refund/ch_1/6000 30.00 USD", "refund/ch_1/7000 10.00 USD")
}

func TestAKeyThatIsTakenAwayHoldsTheNextRefundAndSaysSo(t *testing.T) {
	stripe := newAPI(t, made("re_1", 3000, "succeeded", 1), made("re_2", 3000, "succeeded", 2))
	s := open(t, always).asks(stripe)
	s.deliver(gaveBack("evt_1", before2024, 1, 0, 3000)) // its list has both
	s.key = ""
	s.forgets()
	d := s.deliver(gaveBack("evt_2", before2024, 2, 3000, 6000))
	if d.State != event.Waiting || !strings.Contains(d.Error, "check that the stack's secret has the Stripe API key") {
		t.Fatalf("%s %q", d.State, d.Error)
	}
	s.asks(stripe)
	s.Now = d.Next
	s.forgets()
	if d = s.Deliver("evt_2"); d.State != event.Done {
		t.Errorf("%s %q", d.State, d.Error)
	}
	s.wantRefunds("refund/re_1 30.00 USD", "refund/re_2 30.00 USD")
}

func TestSnapshotsAtTheSameMomentAgreeOnHowTheyAreTold(t *testing.T) {
	stripe := newAPI(t, made("re_1", 3000, "succeeded", 1), made("re_2", 3000, "succeeded", 2))
	for round := range 20 {
		s := open(t, always).asks(stripe)
		s.Handler.Owner = rand.Text
		var asked sync.Mutex
		n := 0
		s.stripe.Secret = func(context.Context) (string, error) { // a key that is there for every other function
			asked.Lock()
			defer asked.Unlock()
			if n++; n%2 == round%2 {
				return "", event.ErrNotConfigured
			}
			return bothKeys, nil
		}
		var ids []string
		for _, body := range mixed() {
			ids = append(ids, s.store(body))
		}
		for range 6 {
			var wg sync.WaitGroup
			for _, id := range ids {
				wg.Go(func() { s.Deliver(id) })
			}
			wg.Wait()
			s.Now = s.Now.Add(10 * time.Minute)
		}
		if got := s.refundMails(); len(got) != 2 {
			t.Fatalf("round %d: mails %v, want two", round, got)
		}
	}
}

func TestTheListOfAChargesRefundsIsKeptWithoutPersonalData(t *testing.T) {
	r := made("re_1", 3000, "succeeded", 1).with(obj{"metadata": obj{"email": "ada@example.com"}, "reason": "requested_by_customer"})
	stripe := newAPI(t, r)
	s := open(t, always).asks(stripe)
	for range 3 {
		s.deliver(gaveBack("evt_1", before2024, 1, 0, 3000))
	}
	kept := s.Effect("refunds/evt_1")
	want := fmt.Sprintf(`[{"id":"re_1","amount":3000,"currency":"usd","status":"succeeded","created":%q}]`, noon.Add(time.Hour).Format(time.RFC3339))
	if string(kept.Result) != want {
		t.Errorf("kept %s, want %s", kept.Result, want)
	}
	if n := stripe.Calls(); n != 1 {
		t.Errorf("listed %d times, want once", n)
	}
}

// Its own delivery is parked and says why; it may say nothing about the others.
func TestAnUnreadableEventStopsNoOtherMail(t *testing.T) {
	s := open(t, always)
	s.store(posted("evt_1", "payment_intent.succeeded", today, 0, intent("succeeded", 10000), nil))
	s.Store.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "GetAll" && op.Key == "evt_1" {
			return memory.Refuse(event.ErrInvalid)
		}
		return memory.Fault{}
	}
	d := s.deliver(posted("evt_2", "charge.succeeded", today, time.Minute, chargeOf("pi_1"), nil))
	if len(s.mails()) != 1 || d.State != event.Done {
		t.Errorf("sent %q; the delivery is %s: %s", s.mails(), d.State, d.Error)
	}
}
