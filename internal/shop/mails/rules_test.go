package mails

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripetest"
)

func TestADuplicateOfAnEventSendsNothingMore(t *testing.T) {
	for _, c := range stories {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, always)
			for range 2 {
				for _, body := range c.events {
					s.deliver(body)
				}
			}
			if got := s.mails(); len(got) != len(c.want) {
				t.Errorf("mails\n  %s\nwant %d", strings.Join(got, "\n  "), len(c.want))
			}
		})
	}
}

// live makes an event of the live mode.
func live(body []byte) []byte {
	return []byte(strings.Replace(string(body), `"livemode":false`, `"livemode":true`, 1))
}

func TestTheModeDecidesWhoGetsAReceipt(t *testing.T) {
	withReceipt := chargeOf("pi_1").with(obj{"receipt_email": "receipt@example.com"})
	unless, off, silent := always, always, always
	unless.Mode, off.Mode, silent.Mode = modeUnlessStripe, "off", ""
	tester, nobody := always, always
	tester.TestRecipient, nobody.TestRecipient = "tester@example.com", ""
	for _, c := range []struct {
		name    string
		cfg     Settings
		live    bool
		charge  obj
		to, why string
	}{
		{"off", off, true, withReceipt, "", "mail is off"},
		{"no mode at all is off", silent, true, withReceipt, "", "mail is off"},
		{"always, live", always, true, withReceipt, "receipt@example.com", ""},
		{"receipt_email comes before the billing address", always, false, withReceipt, "receipt@example.com", ""},
		{"unless Stripe does, live with receipt_email", unless, true, withReceipt, "", "Stripe mails this receipt itself"},
		{"unless Stripe does, live without receipt_email", unless, true, chargeOf("pi_1"), "jenny@example.com", ""},
		{"unless Stripe does, test mode: Stripe mails nothing there", unless, false, withReceipt, "receipt@example.com", ""},
		{"test mode goes to the test recipient", tester, false, withReceipt, "tester@example.com", ""},
		{"live mode never goes to the test recipient", tester, true, withReceipt, "receipt@example.com", ""},
		{"test mode without a test recipient", nobody, false, withReceipt, "", "test mode: no MailTestRecipient"},
		{"no address", always, true, anonymous(), "", "no address"},
		{"an address that is none", always, true, chargeOf("pi_1").with(obj{"billing_details": obj{"email": "jenny"}}), "", "no address"},
		{"an uncaptured charge", always, true, uncaptured(), "", "charge is not captured"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, c.cfg)
			body := posted("evt_1", "charge.succeeded", today, 0, c.charge, nil)
			if c.live {
				body = live(body)
			}
			d := s.deliver(body)
			if c.why != "" {
				if d.State != event.Done || d.Outcome != "skipped: "+c.why || len(s.post.sent) != 0 {
					t.Errorf("%s %q and %d mails, want done, skipped: %s", d.State, d.Outcome, len(s.post.sent), c.why)
				}
				return
			}
			if len(s.post.sent) != 1 || s.post.sent[0].To != c.to || d.Outcome != "receipt sent" {
				t.Errorf("%q, mails %v, want one to %s", d.Outcome, s.mails(), c.to)
			}
		})
	}
}

func TestLateMailIsStaleUnlessForced(t *testing.T) {
	for _, c := range []struct {
		name  string
		event []byte
		limit time.Duration
	}{
		{"receipt", posted("evt_1", "charge.succeeded", today, time.Hour, chargeOf("pi_1"), nil), 72 * time.Hour},
		{"failure", posted("evt_1", "charge.failed", today, time.Hour, failedCharge1(), nil), 24 * time.Hour},
		{"dispute", posted("evt_1", "charge.dispute.created", today, time.Hour, disputed(), nil), (9*24 - 1) * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, always)
			s.late = c.limit + time.Second
			if d := s.deliver(c.event); d.Outcome != "skipped: stale" || len(s.post.sent) != 0 {
				t.Errorf("just too late: %q, mails %v", d.Outcome, s.mails())
			}
			s = open(t, always)
			s.late = c.limit - time.Minute
			if d := s.deliver(c.event); len(s.post.sent) != 1 {
				t.Errorf("just in time: %q, mails %v", d.Outcome, s.mails())
			}
		})
	}
	t.Run("an operator asks", func(t *testing.T) {
		s := open(t, always)
		s.late = 1000 * time.Hour
		id := s.store(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1"), nil))
		if d := s.DeliverStale(id); d.Outcome != "receipt sent" {
			t.Errorf("%s %q", d.State, d.Outcome)
		}
	})
}

func TestAnEditOfAnOldChargeOwesNoReceipt(t *testing.T) {
	old := chargeOf("pi_1").with(obj{"created": noon.Add(-8000 * time.Hour).Unix()})
	s := open(t, always)
	d := s.deliver(posted("evt_1", "charge.updated", today, 0, old, obj{"metadata": obj{}}))
	if d.Outcome != "skipped: stale" || len(s.post.sent) != 0 {
		t.Errorf("%q, mails %v", d.Outcome, s.mails())
	}
	s.deliver(posted("evt_2", "charge.updated", today, 0, old.with(obj{"payment_intent": "pi_2"}), obj{"captured": false}))
	if len(s.post.sent) != 1 {
		t.Errorf("an old authorisation captured today: mails %v, want one", s.mails())
	}
}

func TestCustomersOfConnectedAccountsAreContactedOnlyByParameter(t *testing.T) {
	connected := func(body []byte) []byte {
		return []byte(strings.Replace(string(body), `"livemode":false`, `"livemode":false,"account":"acct_1"`, 1))
	}
	ours := texting()
	ours.Connected = true
	for cfg, want := range map[Settings]int{texting(): 0, ours: 1} {
		for _, version := range stripetest.Versions {
			s := open(t, cfg)
			d := s.deliver(connected(posted("evt_1", "charge.succeeded", version, 0, withPhone(chargeOf("pi_1")), nil)))
			if len(s.post.sent) != want || len(s.phones.sent) != want || want == 0 && d.Outcome != "skipped: "+notOurCustomer {
				t.Errorf("%s, connected %v: %q, mails %v, texts %v", version, cfg.Connected, d.Outcome, s.mails(), s.texts())
			}
			s.deliver(connected(posted("evt_2", "charge.dispute.created", version, 0, disputed(), nil)))
			if len(s.post.sent) != want+1 {
				t.Errorf("%s: mails %v, want the shop to hear of the dispute", version, s.mails())
			}
		}
	}
}

func TestOneIDInThreeScopesIsThreeReceipts(t *testing.T) {
	everyone := always
	everyone.Connected = true
	s := open(t, everyone)
	for id, scope := range map[string]string{"evt_1": `"livemode":false`, "evt_2": `"livemode":true`, "evt_3": `"livemode":false,"account":"acct_1"`} {
		body := posted(id, "charge.succeeded", today, 0, chargeOf("pi_1"), nil)
		if d := s.deliver([]byte(strings.Replace(string(body), `"livemode":false`, scope, 1))); d.Outcome != "receipt sent" {
			t.Errorf("%s: %s %q", scope, d.State, d.Outcome+d.Error)
		}
	}
	if len(s.post.sent) != 3 {
		t.Errorf("mails %v, want one receipt per scope", s.mails())
	}
}

func TestWhatTheMailerSaysDecidesTheDelivery(t *testing.T) {
	for _, c := range []struct {
		err   error
		state event.State
		mails int // once the mailer works again
	}{
		{fmt.Errorf("%w: 429", event.ErrThrottled), event.Waiting, 1},
		{fmt.Errorf("%w: refused", event.ErrNotSent), event.Waiting, 1},
		{fmt.Errorf("%w: AccessDeniedException", event.ErrDenied), event.Waiting, 1},
		{fmt.Errorf("%w: MessageRejected", event.ErrRejected), event.Parked, 0},
		{errors.New("connection reset by peer"), event.Unknown, 0},
	} {
		t.Run(c.err.Error(), func(t *testing.T) {
			s := open(t, always)
			s.post.err = c.err
			d := s.deliver(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1"), nil))
			if d.State != c.state || d.Error == "" {
				t.Fatalf("%s %q, want %s", d.State, d.Error, c.state)
			}
			s.post.err = nil
			if s.Now = d.Next.Add(time.Second); c.state == event.Waiting && s.Deliver("evt_1").State != event.Done {
				t.Error("the next attempt did not send it")
			}
			// Another event of the same payment repeats nothing that may have gone out.
			s.deliver(posted("evt_2", "charge.updated", today, 0, chargeOf("pi_1"), nil))
			if n := len(s.post.sent); n != c.mails {
				t.Errorf("%d mails went out afterwards, want %d", n, c.mails)
			}
		})
	}
}

func TestALaterEventLeavesTheMailToTheOneThatMadeItDue(t *testing.T) {
	s := open(t, always)
	s.post.err = event.ErrThrottled
	s.deliver(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1"), nil))
	d := s.deliver(posted("evt_2", "charge.updated", today, time.Second, chargeOf("pi_1"), nil))
	if d.Outcome != "skipped: left to evt_1" {
		t.Errorf("%s %q, want it left to evt_1", d.State, d.Outcome)
	}
	better := chargeOf("pi_1").with(obj{"receipt_email": "better@example.com"})
	s.post.err = nil
	s.deliver(posted("evt_3", "charge.updated", today, time.Minute, better, obj{"receipt_email": nil, "status": "pending"}))
	if got := s.mails(); len(got) != 1 || !strings.HasSuffix(got[0], "better@example.com") {
		t.Errorf("after a new address: mails %v", got)
	}
}

func TestEventsOfOnePaymentAtTheSameMomentSendEachMailOnce(t *testing.T) {
	for _, c := range stories {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, always)
			s.Handler.Owner = rand.Text
			var ids []string
			for _, body := range c.events {
				ids = append(ids, s.store(body))
			}
			for range 2 { // what had to wait for another's mail comes again
				var wg sync.WaitGroup
				for _, id := range ids {
					wg.Go(func() { s.Deliver(id) })
				}
				wg.Wait()
				s.Now = s.Now.Add(time.Hour)
			}
			got := s.mails()
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("mails\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
		})
	}
}

func TestThrottledMailWaitsAtLeastAMinute(t *testing.T) {
	s := open(t, always)
	s.post.err = event.ErrThrottled
	d := s.deliver(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1"), nil))
	if wait := d.Next.Sub(s.Now); wait < time.Minute {
		t.Errorf("next attempt after %s", wait)
	}
}

func TestNoFailureNoticeOnceThePaymentSucceeded(t *testing.T) {
	for _, success := range [][]byte{
		posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1").with(obj{"id": "ch_2"}), nil),
		posted("evt_1", "charge.succeeded", today, 0, uncaptured().with(obj{"id": "ch_2"}), nil),
		posted("evt_1", "payment_intent.succeeded", today, 0, intent("succeeded", 10000), nil),
		posted("evt_1", "payment_intent.amount_capturable_updated", today, 0, intent("requires_capture", 0), nil),
		posted("evt_1", "checkout.session.completed", today, 0, session(), nil),
		posted("evt_1", "invoice.paid", before2024, 0, invoice(obj{}), nil),
	} {
		s := open(t, always)
		s.deliver(success)
		before := len(s.post.sent)
		d := s.deliver(posted("evt_2", "charge.failed", today, -time.Minute, failedCharge1(), nil))
		if len(s.post.sent) != before || d.Outcome != "skipped: the payment succeeded" {
			t.Errorf("after a success: %q, mails %v", d.Outcome, s.mails())
		}
	}
}

func TestAPaymentThatFailedAndThenSucceededGetsBothMails(t *testing.T) {
	s := open(t, always)
	s.deliver(posted("evt_1", "charge.failed", today, 0, failedCharge1(), nil))
	s.deliver(posted("evt_2", "payment_intent.payment_failed", today, 0, declined(obj{"charge": "ch_1"}), nil))
	s.deliver(posted("evt_3", "charge.succeeded", today, time.Minute, chargeOf("pi_1").with(obj{"id": "ch_2"}), nil))
	want := []string{failedKey + " 100.00 USD → jenny@example.com", "receipt/pi_1 100.00 USD → jenny@example.com"}
	if got := s.mails(); !slices.Equal(got, want) {
		t.Errorf("mails %v, want %v", got, want)
	}
}

func TestFailedAttemptWithoutChargeCountsForThePayment(t *testing.T) {
	s := open(t, always)
	noCharge := obj{"code": "payment_intent_authentication_failure"}
	p := declined(noCharge).with(obj{"receipt_email": "jenny@example.com"})
	s.deliver(posted("evt_1", "payment_intent.payment_failed", today, 0, p, nil))
	s.deliver(posted("evt_2", "payment_intent.payment_failed", today, 0, p, nil))
	other := declined(obj{"code": "payment_intent_authentication_failure", "message": "Another card."})
	s.deliver(posted("evt_3", "payment_intent.payment_failed", today, time.Minute, other, nil))
	if len(s.post.sent) != 1 || s.post.sent[0].Key != failedKey {
		t.Errorf("mails %v, want one for the day", s.mails())
	}
}

func TestAFailureNoticeSaysWhereToPay(t *testing.T) {
	s := open(t, always)
	s.deliver(posted("evt_1", "charge.failed", before2024, 0, failedCharge1(), nil))
	if m := s.post.sent[0]; !strings.Contains(m.Text, always.PayLink) || !strings.Contains(m.HTML, always.PayLink) {
		t.Errorf("without an invoice: no pay link in\n%s", m.Text)
	}
	s = open(t, always)
	unpaid := invoice(obj{"status": "open", "amount_paid": 0, "amount_remaining": 10000})
	s.deliver(posted("evt_1", "invoice.payment_failed", before2024, 0, unpaid, nil))
	s.deliver(posted("evt_2", "charge.failed", before2024, 0, failedCharge1(), nil))
	if len(s.post.sent) != 1 || !strings.Contains(s.post.sent[0].Text, "https://invoice.stripe.com/i/1") {
		t.Errorf("with an invoice: mails %v, want one with its page", s.mails())
	}
	s = open(t, always)
	unpaid["hosted_invoice_url"] = "javascript:alert(1)"
	s.deliver(posted("evt_1", "invoice.payment_failed", before2024, 0, unpaid, nil))
	if strings.Contains(s.post.sent[0].HTML+s.post.sent[0].Text, "javascript") {
		t.Error("a link that is no web page reached a mail")
	}
}

func TestARefundKnownToHaveFailedIsNotTold(t *testing.T) {
	for name, bodies := range map[string][][]byte{
		"its own events": {
			posted("evt_2", "refund.failed", today, time.Hour, refundOf("re_1", 3000, "failed"), nil),
			posted("evt_3", "refund.created", today, time.Minute, refundOf("re_1", 3000, "pending"), nil),
		},
		"canceled": {
			posted("evt_2", "refund.updated", today, time.Hour, refundOf("re_1", 3000, "canceled"), nil),
			posted("evt_3", "refund.created", today, time.Minute, refundOf("re_1", 3000, "requires_action"), nil),
		},
		"snapshots": {
			posted("evt_2", "charge.refund.updated", before2024, time.Hour, refundOf("re_1", 3000, "failed"), nil),
			posted("evt_3", "charge.refunded", before2024, time.Minute, chargeOf("pi_1").with(obj{"amount_refunded": 3000}), obj{"amount_refunded": 0}),
			posted("evt_4", "charge.refunded", before2024, time.Minute, chargeOf("pi_1").with(obj{"amount_refunded": 3000}), obj{"amount_refunded": 0}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, always)
			s.deliver(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1"), nil))
			for _, body := range bodies {
				s.deliver(body)
			}
			if got := s.mails(); len(got) != 1 {
				t.Errorf("mails %v, want the receipt only", got)
			}
		})
	}
}

func TestOldVersionsThatListRefundsGetOneNoticeForEach(t *testing.T) {
	s := open(t, always)
	list := func(rs ...obj) obj { return obj{"object": "list", "data": rs, "has_more": false} }
	one, two := refundOf("re_1", 3000, "succeeded"), refundOf("re_2", 3000, "succeeded")
	s.deliver(posted("evt_1", "charge.refunded", "2022-08-01", time.Hour, chargeOf("pi_1").with(obj{"amount_refunded": 3000, "refunds": list(one)}), nil))
	s.deliver(posted("evt_2", "charge.refunded", "2022-08-01", time.Hour, chargeOf("pi_1").with(obj{"amount_refunded": 6000, "refunds": list(two, one)}), nil))
	want := []string{"refund/re_1 30.00 USD → jenny@example.com", "refund/re_2 30.00 USD → jenny@example.com"}
	if got := s.mails(); !slices.Equal(got, want) {
		t.Errorf("mails %v, want %v", got, want)
	}
}

func TestEverySampleEventIsDone(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../../../events/*.json", "../../../events/2023-10-16/*.json"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	samples := 0
	s := open(t, always)
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(body), `"object": "event"`) {
			continue // an envelope for sam local invoke
		}
		samples++
		if d := s.deliver(body); d.State != event.Done {
			t.Errorf("%s is %s: %s", name, d.State, d.Error)
		}
	}
	if samples < 500 {
		t.Errorf("only %d samples found", samples)
	}
	for _, m := range s.post.sent {
		if m.Kind == kindReceipt || m.Kind == kindRefund {
			t.Errorf("no sample was captured, but %s went out for %s", m.Key, m.Event)
		}
	}
}
