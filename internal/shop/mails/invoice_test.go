package mails

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

func TestInvoicePaidOutsideIsMailedByStripesListAndOnce(t *testing.T) {
	paid := posted("evt_1", "invoice.paid", today, 0, plain(nil), nil)
	reported := posted("evt_2", "invoice_payment.paid", today, 0, paidBy("payment_record", "payrec_1", 10000), nil)
	for _, order := range [][][]byte{{paid}, {paid, reported}, {reported, paid}} {
		for _, listed := range [][]obj{{paidBy("payment_record", "payrec_1", 10000)}, {paidBy("payment_record", "payrec_1", 10000), plain(nil)}} {
			s := open(t, always).asks(newAPI(t, listed...))
			for _, body := range order {
				s.deliver(body)
			}
			s.Now = s.Now.Add(time.Minute)
			s.Deliver("evt_2")
			if got, want := s.mails(), []string{"receipt/in_1 100.00 USD → invoice@example.com"}; !slices.Equal(got, want) {
				t.Errorf("%d events, %d objects at Stripe: mails %v, want %v", len(order), len(listed), got, want)
			}
		}
	}
}

func TestStripesListTiesAPaymentToItsInvoice(t *testing.T) {
	bill := plain(obj{"customer_email": "invoice@example.com", "hosted_invoice_url": "https://invoice.example.com/1"})
	paid := paidBy("payment_intent", "pi_1", 10000)
	for name, c := range map[string]struct {
		payment []byte
		want    string
	}{
		"receipt": {posted("evt_1", "charge.succeeded", today, 0, anonymous(), nil), "receipt/pi_1 100.00 USD → invoice@example.com"},
		"failure": {posted("evt_1", "payment_intent.payment_failed", today, 0, declined(obj{"charge": "ch_1"}), nil), failedKey + " 100.00 USD → invoice@example.com"},
	} {
		for known, objects := range map[string][]obj{"the invoice's event came": {paid}, "the invoice is read": {paid, bill}} {
			s := open(t, always).asks(newAPI(t, objects...))
			if len(objects) == 1 {
				s.deliver(posted("evt_2", "invoice.finalized", today, -time.Minute, bill, nil))
			}
			s.deliver(c.payment)
			if got := s.mails(); !slices.Equal(got, []string{c.want}) {
				t.Errorf("%s, %s: mails %v, want %s", name, known, got, c.want)
			}
			if name == "failure" && !strings.Contains(s.post.sent[0].Text, "https://invoice.example.com/1") {
				t.Errorf("%s: no page to pay on in %q", known, s.post.sent[0].Text)
			}
		}
	}
}

func TestMailStopsWaitingForAnInvoiceThatDoesNotCome(t *testing.T) {
	s := open(t, always)
	failed := declined(obj{"charge": "ch_1"}).with(obj{"payment_details": obj{"order_reference": "in_1"}, "receipt_email": "jenny@example.com"})
	id := s.store(posted("evt_1", "payment_intent.payment_failed", today, 0, failed, nil))
	if d := s.Deliver(id); d.State != event.Waiting || len(s.post.sent) != 0 {
		t.Fatalf("delivery is %s with %d mails, want waiting for the page to pay on", d.State, len(s.post.sent))
	}
	s.Now = s.Now.Add(patience + time.Second)
	if d := s.Deliver(id); d.State != event.Done || len(s.post.sent) != 1 {
		t.Errorf("delivery is %s with %d mails, want done without the page", d.State, len(s.post.sent))
	}
}
