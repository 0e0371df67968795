package mails

import (
	"slices"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

func TestInvoicePaidOutsideIsMailedByStripesListAndOnce(t *testing.T) {
	paid := posted("evt_1", "invoice.paid", today, 0, plain(nil), nil)
	reported := posted("evt_2", "invoice_payment.paid", today, 0, paidBy("payment_record", "payrec_1", 10000), nil)
	for _, order := range [][][]byte{{paid}, {paid, reported}, {reported, paid}} {
		s := open(t, always).asks(newAPI(t, paidBy("payment_record", "payrec_1", 10000)))
		for _, body := range order {
			s.deliver(body)
		}
		s.Now = s.Now.Add(time.Minute)
		s.Deliver("evt_2")
		if got, want := s.mails(), []string{"receipt/in_1 100.00 USD → invoice@example.com"}; !slices.Equal(got, want) {
			t.Errorf("%d events: mails %v, want %v", len(order), got, want)
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
