package mails

import (
	"cmp"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/money"
)

// invoiceReceipts are the mails about invoices that no charge paid: outside
// Stripe, or from the customer's balance.
func (s *studied) invoiceReceipts() []notice {
	var g gather
	for _, e := range s.events {
		switch {
		case e.Invoice != nil && (e.Type == "invoice.paid" || e.Type == "invoice.payment_succeeded"):
			g.add(e, s.invoiceReceipt(e))
			for _, p := range e.Invoice.Records {
				s.addRecord(&g, e, p)
			}
		case e.InvoicePayment != nil:
			s.addRecord(&g, e, *e.InvoicePayment)
		}
	}
	return g.all()
}

// invoiceReceipt is about what the invoice itself says was paid.
func (s *studied) invoiceReceipt(e facts.Event) notice {
	i := e.Invoice
	n := s.receiptOf(e, i.ID, i)
	n.amount = money.Amount{Minor: i.PaidOutside() + i.PaidFromBalance(), Currency: i.Currency}
	n.card = paidWith(i)
	switch {
	case n.amount.Minor > 0:
	case i.AmountDue == 0:
		n.skip = "the invoice was not paid: nothing was due"
	default:
		n.skip = "the receipt follows the invoice's charge"
	}
	return n
}

// addRecord adds the receipt for what was paid outside Stripe in newer versions:
// part by part, and for the whole under the key of the older ones. The customer is
// in the invoice alone.
func (s *studied) addRecord(g *gather, e facts.Event, p facts.InvoicePayment) {
	if p.Outside() <= 0 {
		return
	}
	bill := s.bills[p.Invoice]
	n := s.receiptOf(e, p.Invoice, cmp.Or(bill, &facts.Invoice{}))
	n.amount, n.card = money.Amount{Minor: p.AmountPaid, Currency: p.Currency}, paidDirectly
	if bill == nil || p.AmountPaid != bill.AmountDue {
		n.key += "/" + p.PaymentRecord
	}
	if bill != nil && bill.PaidOutside() > 0 && p.AmountPaid != bill.AmountDue {
		n.skip = "the invoice's receipt has it"
	}
	g.add(e, n)
}

func (s *studied) receiptOf(e facts.Event, id string, i *facts.Invoice) notice {
	return notice{
		kind: kindReceipt, key: "receipt/" + id, payment: id, at: e.Created, until: e.Created.Add(receiptAge),
		reach:     reach{to: i.CustomerEmail, phone: i.CustomerPhone, customer: i.Customer}.checked().or(s.session).or(s.invoice),
		reference: i.Metadata["order_id"], invoiceLink: webPage(i.HostedURL),
	}
}

// paidWith is what paid an invoice that is itself an order.
func paidWith(i *facts.Invoice) method {
	if i.PaidOutside() > 0 {
		return paidDirectly
	}
	return fromBalance
}
