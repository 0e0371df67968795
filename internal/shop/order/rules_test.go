package order

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripetest"
)

func TestAnEventIsAboutTheOrderThatTheRulesName(t *testing.T) {
	for _, c := range []struct {
		name, kind string
		object     object
		want       string
	}{
		{"an intent", "payment_intent.created", object{"object": "payment_intent", "id": "pi_1"}, "pi_1"},
		{"a charge of an intent", "charge.succeeded", object{"object": "charge", "id": "ch_1", "payment_intent": "pi_1"}, "pi_1"},
		{"a charge of its own", "charge.succeeded", object{"object": "charge", "id": "ch_1"}, "ch_1"},
		{"a refund of an intent", "refund.created", object{"object": "refund", "id": "re_1", "charge": "ch_1", "payment_intent": "pi_1"}, "pi_1"},
		{"a refund of a charge", "refund.created", object{"object": "refund", "id": "re_1", "charge": "ch_1"}, "ch_1"},
		{"a refund of neither", "refund.created", object{"object": "refund", "id": "re_1"}, ""},
		{"a dispute of a charge", "charge.dispute.created", object{"object": "dispute", "id": "dp_1", "charge": "ch_1"}, "ch_1"},
		{"a dispute with its intent expanded", "charge.dispute.created", object{"object": "dispute", "id": "dp_1", "payment_intent": object{"id": "pi_1"}}, "pi_1"},
		{"a review", "review.opened", object{"object": "review", "id": "prv_1", "payment_intent": "pi_1"}, ""},
		{"a checkout with an intent", "checkout.session.completed", object{"object": "checkout.session", "id": "cs_1", "mode": "payment", "payment_intent": "pi_1"}, "pi_1"},
		{"a checkout of a subscription", "checkout.session.completed", object{"object": "checkout.session", "id": "cs_1", "mode": "subscription"}, ""},
		{"an expired checkout of a subscription", "checkout.session.expired", object{"object": "checkout.session", "id": "cs_1", "mode": "subscription"}, ""},
		{"an expired setup", "checkout.session.expired", object{"object": "checkout.session", "id": "cs_1", "mode": "setup"}, ""},
		{"an expired checkout", "checkout.session.expired", object{"object": "checkout.session", "id": "cs_1", "mode": "payment"}, "cs_1"},
		{"a checkout that is paid without an intent", "checkout.session.completed", object{"object": "checkout.session", "id": "cs_1", "mode": "payment", "payment_status": "paid"}, ""},
		{"an invoice that a payment intent paid", "invoice.paid", object{"object": "invoice", "id": "in_1", "total": 5, "amount_due": 5, "amount_paid": 5, "payment_intent": "pi_1"}, ""},
		{"an invoice paid outside, its intent canceled", "invoice.paid", object{"object": "invoice", "id": "in_1", "total": 5, "amount_due": 5, "paid_out_of_band": true, "payment_intent": "pi_1"}, "in_1"},
		{"an invoice over nothing", "invoice.paid", object{"object": "invoice", "id": "in_1", "total": 0, "amount_due": 0}, ""},
		{"an invoice from the balance, not yet paid", "invoice.finalized", object{"object": "invoice", "id": "in_1", "total": 5, "amount_due": 0}, ""},
		{"a payment link", "payment_link.created", object{"object": "payment_link", "id": "plink_1"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPayment(stripetest.Latest)
			add(p, c.kind, c.object)
			_, id, err := Key(views(p)[0])
			if id != c.want || (id == "") != event.Skipped(err) {
				t.Errorf("order is %q (%v), want %q, and a Skip exactly if there is none", id, err, c.want)
			}
		})
	}
}

func TestAnInvoicePaidInPartOutsideStripeIsWorthThatPart(t *testing.T) {
	p := newPayment(stripetest.Latest)
	invoice(p, object{"total": 1000, "amount_due": 1000, "amount_paid": 1000, "amount_paid_off_stripe": 600})
	if o := merge(views(p)); o.Paid != 600 || o.Amount != 1000 || o.Status != Paid {
		t.Errorf("order is %s with %d paid of %d, want paid with 600 of 1000", o.Status, o.Paid, o.Amount)
	}
}

// Stripe's events do not have amount_paid_off_stripe; see its changelog of
// 2026-05-27.
func TestAnInvoicePaidByPaymentRecordsIsAnOrder(t *testing.T) {
	p := newPayment(stripetest.Latest)
	record := func(id, kind string, amount int64) object {
		return object{
			"object": "invoice_payment", "id": "inpay_" + id, "invoice": "in_1", "status": "paid", "amount_paid": amount, "currency": "eur",
			"payment": object{"type": kind, kind: id},
		}
	}
	add(p, "invoice_payment.paid", record("prec_1", "payment_record", 600))
	add(p, "invoice_payment.paid", record("prec_2", "payment_record", 300))
	add(p, "invoice_payment.paid", record("prec_2", "payment_record", 300))
	if o := merge(views(p)); o.Order != "in_1" || o.Status != Paid || o.Paid != 900 || o.Amount != 900 {
		t.Errorf("order is %+v, want in_1, paid with 900", o)
	}
	add(p, "invoice_payment.paid", record("pi_1", "payment_intent", 300))
	if _, id, err := Key(views(p)[3]); id != "" || !event.Skipped(err) {
		t.Errorf("what an intent paid is the order %q, want none beside the intent", id)
	}
}

func TestTheTypeOfAnEventBeatsAFieldOfItsObject(t *testing.T) {
	for kind, want := range map[string]string{
		"payment_intent.succeeded": Paid, "payment_intent.canceled": Canceled, "payment_intent.processing": Processing,
		"payment_intent.payment_failed": Failed, "payment_intent.amount_capturable_updated": Authorized, "payment_intent.created": Open,
	} {
		p := newPayment(stripetest.Latest)
		add(p, kind, object{"object": "payment_intent", "id": "pi_1", "amount": 5, "status": "requires_payment_method"})
		if o := merge(views(p)); o.Status != want {
			t.Errorf("%s makes the order %s, want %s", kind, o.Status, want)
		}
	}
}

func TestAPaidSessionIsNotBelievedAgainstAnAuthorisation(t *testing.T) {
	p := newPayment(stripetest.Latest)
	p.Create().Authorize().Checkout("completed", "complete", "paid")
	if o := merge(views(p)); o.Status != Authorized || o.Paid != 0 {
		t.Errorf("order is %s with %d paid, want authorized with 0: no sale before the capture", o.Status, o.Paid)
	}
}

func TestAnUnknownStatusChangesNothing(t *testing.T) {
	p := newPayment(stripetest.Latest)
	p.Create().Pay().Dispute("created", "dp_1", 1000, "some_new_status")
	add(p, "refund.updated", object{"object": "refund", "id": "re_1", "amount": 400, "charge": "ch_1", "payment_intent": "pi_1", "status": "some_new_status"})
	if o := merge(views(p)); o.Status != Paid || o.Refunded != 0 {
		t.Errorf("order is %s with %d refunded, want paid with 0", o.Status, o.Refunded)
	}
}

func TestTheReferenceIsTheClientsThenTheIntentsMetadata(t *testing.T) {
	p := newPayment(stripetest.Latest)
	p.Create()
	p.Reference = "A-2"
	p.SendIntent("requires_action", "requires_action", nil)
	p.SendCharge("updated", object{"metadata": object{"order_id": "stale"}}, nil)
	if o := merge(views(p)); o.Reference != "A-2" {
		t.Errorf("reference is %q, want the intent's newest, A-2", o.Reference)
	}
	p.Checkout("completed", "complete", "paid")
	if o := merge(views(p)); o.Reference != "cart-1" {
		t.Errorf("reference is %q, want the client's, cart-1", o.Reference)
	}
}

// The union must be commutative, associative and idempotent for any facts, not
// only for those of the stories.
func TestTheUnionOfFactsIsASetUnion(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a, b, c := anyFacts(r), anyFacts(r), anyFacts(r)
		if d := cmp.Diff(a.union(b), b.union(a)); d != "" {
			r.Fatalf("not commutative:\n%s", d)
		}
		if d := cmp.Diff(a.union(b).union(c), a.union(b.union(c))); d != "" {
			r.Fatalf("not associative:\n%s", d)
		}
		if d := cmp.Diff(a, a.union(a)); d != "" {
			r.Fatalf("not idempotent:\n%s", d)
		}
	})
}

func anyFacts(r *rapid.T) Facts {
	at := func() int64 { return rapid.Int64Range(0, 3).Draw(r, "at") }
	flag := func() bool { return rapid.Bool().Draw(r, "flag") }
	word := func(words ...string) string { return rapid.SampledFrom(words).Draw(r, "word") }
	num := func() price { return price{At: at(), Rank: int(at()), Is: at(), In: word("", "eur", "usd")} }
	saw := func() rate { return rate{At: at(), Is: at(), In: word("", "eur", "usd"), Of: at()} }
	snap := func() snapshot { return snapshot{At: at(), Sum: at(), Before: at(), Refund: flag()} }
	tied := func(n int) (all map[string]int64) { // more than are kept
		for i := range most + 20*n {
			all = newest(all, times(at(), fmt.Sprint("id_", i%(most+30*n))))
		}
		return all
	}
	said := func() text { return text{Rank: int(at()), At: at(), Is: word("", "a", "b")} }
	f := Facts{
		Currency: word("", "eur"), Client: said(), OrderID: anyNotes(r),
		Intent:  Intent{Known: flag(), Amount: num(), Seen: saw(), Received: at(), Succeeded: flag(), Canceled: flag(), Authorized: flag(), Processing: at(), Failed: at()},
		Session: Session{Amount: num(), Seen: saw(), Paid: flag(), Free: flag(), Expired: flag(), Unpaid: at(), Failed: at()},
		Invoice: Invoice{Total: num(), Paid: at(), Records: map[string]int64{word("1", "2"): at()}},
	}
	f.Ties = Ties{Invoices: set(word("", "1")), Payments: times(at(), word("", "1"), word("", "2")), Subscription: word("", "1", "2")}
	f.Charges, f.Refunds, f.Disputes = map[string]Charge{}, map[string]Refund{}, map[string]Dispute{}
	for range at() {
		id := word("1", "2")
		f.Charges[id] = Charge{Amount: num(), Seen: saw(), Captured: at(), Released: at(), Sum: snap(), Old: flag(), Reversed: flag()}
		f.Refunds[id] = Refund{Charge: word("", "1"), Amount: at(), Status: word("", "pending", "succeeded", "failed", "new", "newer"), Real: flag(), Created: at(), Failed: at()}
		f.Disputes[id] = Dispute{Status: word("warning_closed", "charge_refunded", "needs_response", "won", "lost", "prevented", "new"), Amount: at(), Currency: word("", "eur", "usd"), Charge: word("", "1"), At: at()}
	}
	f.Attempts = Attempts{Amount: num(), Pending: at(), Failed: at(), Charges: tied(int(at()))}
	return f
}
