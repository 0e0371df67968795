package mails

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// stories list the mails due for the events, whatever their order.
var stories = []struct {
	name   string
	events [][]byte
	want   []string
}{
	{
		"a charge captured at once gets one receipt",
		[][]byte{
			posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1"), nil),
			posted("evt_2", "payment_intent.succeeded", today, 0, intent("succeeded", 10000), nil),
			posted("evt_3", "charge.updated", today, time.Second, chargeOf("pi_1"), obj{"balance_transaction": nil}),
			posted("evt_4", "checkout.session.completed", today, time.Second, session(), nil),
		},
		[]string{"receipt/pi_1 100.00 USD → jenny@example.com"},
	},
	{
		"a charge of the oldest versions, whose status is paid and whose refunds have no names",
		[][]byte{
			posted("evt_1", "charge.succeeded", "2014-05-19", 0, chargeOf("").with(obj{"payment_intent": nil, "status": "paid", "refunds": []any{}}), nil),
			posted("evt_2", "charge.refunded", "2014-05-19", time.Hour, chargeOf("").with(obj{
				"payment_intent": nil, "status": "paid", "amount_refunded": 4000, "refunds": []any{obj{"object": "refund", "amount": 4000, "currency": "usd"}},
			}), obj{"amount_refunded": 0, "refunds": []any{}}),
		},
		[]string{"receipt/ch_1 100.00 USD → jenny@example.com", "refund/ch_1/4000 40.00 USD → jenny@example.com"},
	},
	{
		"an invoice that was not paid gets no receipt: below the smallest charge, or credited",
		[][]byte{
			posted("evt_1", "invoice.paid", today, 0, unpaid(obj{"id": "in_1", "ending_balance": 10000}), nil),
			posted("evt_2", "invoice.paid", before2024, 0, unpaid(obj{"id": "in_2", "pre_payment_credit_notes_amount": 10000}), nil),
		},
		nil,
	},
	{
		"an invoice gets a receipt for what the balance paid, or what was due and paid outside Stripe",
		[][]byte{
			posted("evt_1", "invoice.paid", today, 0, unpaid(obj{"id": "in_1", "starting_balance": -4000, "pre_payment_credit_notes_amount": 6000}), nil),
			posted("evt_2", "invoice.paid", before2024, 0, unpaid(obj{"id": "in_2", "amount_due": 7000, "pre_payment_credit_notes_amount": 3000, "paid_out_of_band": true}), nil),
		},
		[]string{"receipt/in_1 40.00 USD → invoice@example.com", "receipt/in_2 70.00 USD → invoice@example.com"},
	},
	{
		"an invoice paid outside Stripe in a version where only invoice_payment.paid reports it",
		[][]byte{
			posted("evt_1", "invoice.paid", today, 0, plain(nil), nil),
			posted("evt_2", "invoice_payment.paid", today, 0, paidBy("payment_record", "payrec_1", 10000), nil),
		},
		[]string{"receipt/in_1 100.00 USD → invoice@example.com"},
	},
	{
		"an invoice paid by card and outside Stripe gets a receipt for each part",
		[][]byte{
			posted("evt_1", "invoice.paid", today, 0, plain(nil), nil),
			posted("evt_2", "invoice_payment.paid", today, 0, paidBy("payment_intent", "pi_1", 6000), nil),
			posted("evt_3", "invoice_payment.paid", today, 0, paidBy("payment_record", "payrec_1", 4000), nil),
			posted("evt_4", "charge.succeeded", today, 0, anonymous().with(obj{"amount": 6000, "amount_captured": 6000}), nil),
		},
		[]string{"receipt/in_1/payrec_1 40.00 USD → invoice@example.com", "receipt/pi_1 60.00 USD → invoice@example.com"},
	},
	{
		"the receipt of an invoice's payment goes to the invoice's address, tied by invoice_payment.paid",
		[][]byte{
			posted("evt_1", "invoice.paid", today, 0, plain(nil), nil),
			posted("evt_2", "payment_intent.succeeded", today, 0, intent("succeeded", 10000), nil),
			posted("evt_3", "charge.succeeded", today, 0, anonymous(), nil),
			posted("evt_4", "invoice_payment.paid", today, 0, paidBy("payment_intent", "pi_1", 10000), nil),
		},
		[]string{"receipt/pi_1 100.00 USD → invoice@example.com"},
	},
	{
		"the receipt of an invoice's payment goes to the invoice's address, tied by the charge",
		[][]byte{
			posted("evt_1", "invoice.paid", before2024, 0, plain(nil), nil),
			posted("evt_2", "charge.succeeded", before2024, 0, anonymous().with(obj{"invoice": "in_1"}), nil),
		},
		[]string{"receipt/pi_1 100.00 USD → invoice@example.com"},
	},
	{
		"the notice of an invoice's failed payment goes to the invoice's address, tied by the intent's order_reference",
		[][]byte{
			posted("evt_1", "invoice.payment_failed", today, 0, plain(obj{"status": "open", "amount_paid": 0, "amount_remaining": 10000}), nil),
			posted("evt_2", "payment_intent.payment_failed", today, 0, declined(obj{"charge": "ch_1"}).with(obj{"payment_details": obj{"order_reference": "in_1"}}), nil),
			posted("evt_3", "charge.failed", today, 0, failedCharge1().with(obj{"billing_details": obj{"email": nil}}), nil),
		},
		[]string{"failed/pi_1/2026-11-22 100.00 USD → invoice@example.com"},
	},
	{
		"a charge without an intent gets a receipt of its own",
		[][]byte{posted("evt_1", "charge.succeeded", today, 0, chargeOf("").with(obj{"payment_intent": nil}), nil)},
		[]string{"receipt/ch_1 100.00 USD → jenny@example.com"},
	},
	{
		"an authorisation gets no receipt until it is captured, and then for what was captured",
		[][]byte{
			posted("evt_1", "charge.succeeded", before2024, 0, uncaptured(), nil),
			posted("evt_2", "charge.captured", before2024, time.Minute, chargeOf("pi_1").with(obj{"amount_captured": 6000, "amount_refunded": 4000}), obj{"captured": false}),
			posted("evt_3", "charge.refunded", before2024, time.Minute, chargeOf("pi_1").with(obj{"amount_captured": 6000, "amount_refunded": 4000}), obj{"amount_refunded": 0}),
		},
		[]string{"receipt/pi_1 60.00 USD → jenny@example.com"},
	},
	{
		"a canceled authorisation gets neither receipt nor refund notice",
		[][]byte{
			posted("evt_1", "charge.succeeded", before2024, 0, uncaptured(), nil),
			posted("evt_2", "charge.refunded", before2024, time.Minute, uncaptured().with(obj{"amount_refunded": 10000}), obj{"amount_refunded": 0}),
			posted("evt_3", "payment_intent.canceled", before2024, time.Minute, intent("canceled", 0), nil),
		},
		nil,
	},
	{
		"a canceled authorisation that names its refund gets no notice either",
		[][]byte{
			posted("evt_1", "charge.succeeded", today, 0, uncaptured(), nil),
			posted("evt_2", "refund.created", today, time.Minute, refundOf("re_1", 10000, "succeeded"), nil),
			posted("evt_3", "payment_intent.canceled", today, time.Minute, intent("canceled", 0), nil),
		},
		nil,
	},
	{
		"nor if a checkout or a failed attempt is known before the charge",
		[][]byte{
			posted("evt_1", "payment_intent.payment_failed", today, -48*time.Hour, declined(obj{"charge": "ch_0"}), nil),
			posted("evt_2", "charge.succeeded", today, 0, uncaptured(), nil),
			posted("evt_3", "checkout.session.completed", today, 0, session().with(obj{"payment_status": "unpaid"}), nil),
			posted("evt_4", "refund.created", today, time.Minute, refundOf("re_1", 10000, "succeeded"), nil),
		},
		nil,
	},
	{
		"a refund is mailed once the checkout reports that it is paid",
		[][]byte{
			posted("evt_1", "checkout.session.completed", today, 0, session().with(obj{"payment_status": "unpaid"}), nil),
			posted("evt_2", "checkout.session.async_payment_succeeded", today, time.Second, session(), nil),
			posted("evt_3", "refund.created", today, time.Minute, refundOf("re_1", 10000, "succeeded"), nil),
		},
		[]string{"refund/re_1 100.00 USD → session@example.com"},
	},
	{
		"several captures get one receipt with the intent's success, for all of them",
		[][]byte{
			posted("evt_1", "charge.updated", today, 0, inParts(4000), obj{"balance_transaction": nil}),
			posted("evt_2", "charge.updated", today, time.Minute, inParts(7000), obj{"balance_transaction": "txn_1"}),
			posted("evt_3", "payment_intent.succeeded", today, time.Minute, intent("succeeded", 7000), nil),
		},
		[]string{"receipt/pi_1 70.00 USD → jenny@example.com"},
	},
	{
		"captures that come to the whole amount wait for the intent's success too",
		[][]byte{
			posted("evt_1", "charge.updated", today, 0, inParts(4000), obj{"balance_transaction": nil}),
			posted("evt_2", "charge.updated", today, time.Minute, inParts(10000), obj{"balance_transaction": "txn_1"}),
			posted("evt_3", "payment_intent.succeeded", today, time.Minute, intent("succeeded", 10000), nil),
		},
		[]string{"receipt/pi_1 100.00 USD → jenny@example.com"},
	},
	{
		"an invoice paid in part outside Stripe gets a receipt for that part, its charge for the other",
		[][]byte{
			posted("evt_1", "invoice.paid", today, 0, invoice(obj{"payment_intent": nil, "charge": nil, "amount_paid_off_stripe": 4000}), nil),
			posted("evt_2", "charge.succeeded", today, 0, chargeOf("pi_1").with(obj{"amount": 6000, "amount_captured": 6000}), nil),
		},
		[]string{"receipt/in_1 40.00 USD → invoice@example.com", "receipt/pi_1 60.00 USD → jenny@example.com"},
	},
	{
		"a payment still pending gets no receipt",
		[][]byte{posted("evt_1", "charge.updated", today, 0, chargeOf("pi_1").with(obj{"status": "pending"}), nil)},
		nil,
	},
	{
		"the session's address serves a charge that has none",
		[][]byte{
			posted("evt_1", "charge.succeeded", today, 0, anonymous(), nil),
			posted("evt_2", "checkout.session.completed", today, time.Second, session(), nil),
		},
		[]string{"receipt/pi_1 100.00 USD → session@example.com"},
	},
	{
		"the invoice's address serves a charge that has none",
		[][]byte{
			posted("evt_1", "charge.succeeded", before2024, 0, anonymous(), nil),
			posted("evt_2", "invoice.paid", before2024, time.Second, invoice(obj{}), nil),
			posted("evt_3", "invoice.payment_succeeded", before2024, time.Second, invoice(obj{}), nil),
		},
		[]string{"receipt/pi_1 100.00 USD → invoice@example.com"},
	},
	{
		"without an address there is no mail",
		[][]byte{posted("evt_1", "charge.succeeded", today, 0, anonymous(), nil)},
		nil,
	},
	{
		"sessions and paid invoices alone get no receipt",
		[][]byte{
			posted("evt_1", "checkout.session.completed", before2024, 0, session(), nil),
			posted("evt_2", "invoice.paid", before2024, 0, invoice(obj{}), nil),
			posted("evt_3", "payment_intent.succeeded", before2024, 0, intent("succeeded", 10000), nil),
		},
		nil,
	},
	{
		"an invoice paid outside Stripe gets a receipt of its own, once",
		[][]byte{
			posted("evt_1", "invoice.paid", before2024, 0, invoice(obj{"payment_intent": nil, "charge": nil, "paid_out_of_band": true}), nil),
			posted("evt_2", "invoice.payment_succeeded", before2024, 0, invoice(obj{"payment_intent": nil, "charge": nil, "paid_out_of_band": true}), nil),
		},
		[]string{"receipt/in_1 100.00 USD → invoice@example.com"},
	},
	{
		"an invoice paid from the balance gets a receipt, a free one does not",
		[][]byte{
			posted("evt_1", "invoice.paid", today, 0, invoice(obj{"payment_intent": nil, "charge": nil, "amount_due": 0}), nil),
			posted("evt_2", "invoice.paid", today, 0, invoice(obj{"id": "in_2", "payment_intent": nil, "charge": nil, "amount_due": 0, "total": 0}), nil),
		},
		[]string{"receipt/in_1 100.00 USD → invoice@example.com"},
	},
	{
		"two events of one failed attempt get one notice",
		[][]byte{
			posted("evt_1", "charge.failed", today, 0, failedCharge1(), nil),
			posted("evt_2", "payment_intent.payment_failed", today, 0, declined(obj{"charge": "ch_1"}), nil),
		},
		[]string{failedKey + " 100.00 USD → jenny@example.com"},
	},
	{
		"failed attempts of one day get one notice",
		[][]byte{
			posted("evt_1", "charge.failed", today, 0, failedCharge1(), nil),
			posted("evt_2", "charge.failed", today, time.Minute, failedCharge1().with(obj{"id": "ch_2"}), nil),
			posted("evt_3", "payment_intent.payment_failed", today, time.Minute, declined(obj{"charge": "ch_2"}), nil),
			posted("evt_4", "charge.failed", today, 3*time.Hour, failedCharge1().with(obj{"id": "ch_3"}), nil),
		},
		[]string{failedKey + " 100.00 USD → jenny@example.com"},
	},
	{
		"and one in the older version",
		[][]byte{
			posted("evt_1", "charge.failed", before2024, 0, failedCharge1(), nil),
			posted("evt_2", "charge.failed", before2024, time.Minute, failedCharge1().with(obj{"id": "ch_2"}), nil),
			posted("evt_3", "invoice.payment_failed", before2024, time.Minute, invoice(obj{"status": "open", "charge": "ch_2", "customer_email": "jenny@example.com", "amount_paid": 0, "amount_remaining": 10000}), nil),
		},
		[]string{failedKey + " 100.00 USD → jenny@example.com"},
	},
	{
		"attempts of two days get one notice each",
		[][]byte{
			posted("evt_1", "charge.failed", today, 0, failedCharge1(), nil),
			posted("evt_2", "charge.failed", today, -20*time.Hour, failedCharge1().with(obj{"id": "ch_2"}), nil),
		},
		[]string{"failed/pi_1/2026-11-21 100.00 USD → jenny@example.com", failedKey + " 100.00 USD → jenny@example.com"},
	},
	{
		"each refund gets one notice from its own events, the snapshot none",
		[][]byte{
			posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1"), nil),
			posted("evt_2", "refund.created", today, time.Hour, refundOf("re_1", 3000, "pending"), nil),
			posted("evt_3", "refund.updated", today, time.Hour, refundOf("re_1", 3000, "succeeded"), nil),
			posted("evt_4", "charge.refunded", today, time.Hour, chargeOf("pi_1").with(obj{"amount_refunded": 3000}), obj{"amount_refunded": 0}),
			posted("evt_5", "refund.created", today, 2*time.Hour, refundOf("re_2", 3000, "succeeded"), nil),
		},
		[]string{
			"receipt/pi_1 100.00 USD → jenny@example.com",
			"refund/re_1 30.00 USD → jenny@example.com", "refund/re_2 30.00 USD → jenny@example.com",
		},
	},
	{
		"two refunds of the same amount get two notices where only sums report them",
		[][]byte{
			posted("evt_1", "charge.succeeded", before2024, 0, chargeOf("pi_1"), nil),
			posted("evt_2", "charge.refunded", before2024, time.Hour, chargeOf("pi_1").with(obj{"amount_refunded": 3000}), obj{"amount_refunded": 0}),
			posted("evt_3", "charge.refunded", before2024, 2*time.Hour, chargeOf("pi_1").with(obj{"amount_refunded": 6000}), obj{"amount_refunded": 3000}),
			posted("evt_4", "charge.refund.updated", before2024, 2*time.Hour, refundOf("re_1", 3000, "succeeded"), obj{"status": "pending"}),
		},
		[]string{
			"receipt/pi_1 100.00 USD → jenny@example.com",
			"refund/ch_1/3000 30.00 USD → jenny@example.com", "refund/ch_1/6000 30.00 USD → jenny@example.com",
		},
	},
	{
		"a refund after a partial capture leaves out the released remainder",
		[][]byte{
			posted("evt_1", "charge.captured", before2024, 0, chargeOf("pi_1").with(obj{"amount_captured": 6000, "amount_refunded": 4000}), obj{"captured": false}),
			posted("evt_2", "charge.refunded", before2024, time.Hour, chargeOf("pi_1").with(obj{"amount_captured": 6000, "amount_refunded": 5000}), obj{"amount_refunded": 4000}),
		},
		[]string{"receipt/pi_1 60.00 USD → jenny@example.com", "refund/ch_1/5000 10.00 USD → jenny@example.com"},
	},
	{
		"two event ids for one occurrence get one mail",
		[][]byte{
			posted("evt_1", "charge.succeeded", before2024, 0, chargeOf("pi_1"), nil),
			posted("evt_2", "charge.succeeded", before2024, 0, chargeOf("pi_1"), nil),
			posted("evt_3", "charge.refunded", before2024, 0, chargeOf("pi_1").with(obj{"amount_refunded": 100}), obj{"amount_refunded": 0}),
			posted("evt_4", "charge.refunded", before2024, 0, chargeOf("pi_1").with(obj{"amount_refunded": 100}), obj{"amount_refunded": 0}),
		},
		[]string{"receipt/pi_1 100.00 USD → jenny@example.com", "refund/ch_1/100 1.00 USD → jenny@example.com"},
	},
	{
		"a dispute is mailed to the shop once",
		[][]byte{
			posted("evt_1", "charge.dispute.created", today, 0, disputed(), nil),
			posted("evt_2", "charge.dispute.created", today, 0, disputed(), nil),
			posted("evt_3", "charge.succeeded", today, -time.Minute, anonymous(), nil),
		},
		[]string{"dispute/dp_1 100.00 USD → owner@example.com"},
	},
	{
		"the end of a trial is mailed to the customer of its invoices",
		[][]byte{
			posted("evt_1", "invoice.paid", before2024, -time.Hour, invoice(obj{"payment_intent": nil, "charge": nil, "subscription": "sub_1", "total": 0, "amount_due": 0}), nil),
			posted("evt_2", "customer.subscription.trial_will_end", before2024, 0, trial(), nil),
		},
		[]string{fmt.Sprintf("trial/sub_1/%d  → invoice@example.com", noon.Add(72*time.Hour).Unix())},
	},
}

// failedKey is that of failures at noon.
const failedKey = "failed/pi_1/2026-11-22"

func TestEveryOrderOfAStoryEndsInTheSameMails(t *testing.T) {
	for _, c := range stories {
		t.Run(c.name, func(t *testing.T) {
			for order := range stripetest.Permutations(c.events) {
				s := open(t, always)
				var waiting []string
				for _, body := range order {
					switch d := s.deliver(body); {
					case d.State == event.Waiting && d.Error == errNoInvoice.Error():
						waiting = append(waiting, d.Event)
					case d.State != event.Done:
						t.Fatalf("event %s is %s: %s", d.Event, d.State, d.Error)
					}
				}
				s.Now = s.Now.Add(5 * time.Second)
				for _, id := range waiting {
					if d := s.Deliver(id); d.State != event.Done {
						t.Fatalf("event %s is %s: %s", d.Event, d.State, d.Error)
					}
				}
				got := s.mails()
				slices.Sort(got)
				if !slices.Equal(got, c.want) {
					t.Fatalf("mails\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
				}
			}
		})
	}
}
