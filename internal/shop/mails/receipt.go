package mails

import (
	"time"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/money"
)

// receipts are the mails about captured charges, one per payment.
func (s *studied) receipts() []notice {
	var g gather
	for _, e := range s.events {
		switch e.Type {
		case "charge.succeeded", "charge.captured", "charge.updated":
			if e.Charge != nil {
				g.add(e, s.receiptFor(e))
			}
		}
	}
	return g.all()
}

func (s *studied) receiptFor(e facts.Event) notice {
	c, at := e.Charge, capturedAt(e)
	p := paymentOf(c)
	amount, skip := s.settled(c)
	return notice{
		kind: kindReceipt, key: "receipt/" + p, payment: p, at: at, until: at.Add(receiptAge),
		reach: s.reach(p), amount: money.Amount{Minor: amount, Currency: c.Currency},
		shown: presentedOf(c.Presentment, c.Amount, c.Currency).show(money.Amount{Minor: amount, Currency: c.Currency}),
		card:  means(c), stripeMails: s.receipt[p] != "", skip: skip, receiptLink: s.receiptPage[p], invoiceLink: s.page(p),
	}
}

// settled is what was captured of a charge for good, or why there is no
// receipt yet. With several captures the intent's success closes them.
func (s *studied) settled(c *facts.Charge) (amount int64, skip string) {
	amount = capturedOf(c)
	if c.Status != "succeeded" || amount == 0 {
		return 0, notCaptured
	}
	inParts := c.PaymentIntent != "" && (!c.Captured || c.Multicapture && amount < c.Amount)
	if received, ok := s.received[c.PaymentIntent]; inParts && ok {
		return max(received, amount), ""
	}
	if inParts || !c.Captured {
		return 0, "captured in part; the receipt follows the intent's success"
	}
	return amount, ""
}

const notCaptured = "charge is not captured"

// capturedAt is when the money that e reports was captured. An update that did not
// change that counts as of the charge's creation: metadata that is edited a year
// later makes no receipt.
func capturedAt(e facts.Event) time.Time {
	if e.Type != "charge.updated" || len(e.Previous) == 0 || e.Charge.Created.IsZero() || e.Charge.Created.After(e.Created) {
		return e.Created
	}
	for _, field := range []string{"captured", "amount_captured", "status", "paid", "balance_transaction"} {
		if e.Previous.Has(field) {
			return e.Created
		}
	}
	return e.Charge.Created
}
