package mails

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
)

// patience is how long a mail waits for the invoice of its payment, which has the
// address or the page to pay on. Its event has no tie to the payment in newer API
// versions, so it cannot make the mail due itself.
const patience = 10 * time.Minute

// errNoInvoice: a payment names an invoice of which no event is known.
var errNoInvoice = errors.New("the event of the payment's invoice is still to come")

// invoices are the ids of those that the history names, without repeats.
func (s history) invoices() (ids []string) {
	seen := map[string]bool{"": true}
	for _, e := range s {
		if id := invoiceOf(e); !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// invoiceOf is the invoice that the event is about or names.
func invoiceOf(e facts.Event) string {
	switch {
	case e.PaymentIntent != nil:
		return e.PaymentIntent.Invoice
	case e.Charge != nil:
		return e.Charge.Invoice
	case e.InvoicePayment != nil:
		return e.InvoicePayment.Invoice
	case e.Invoice != nil:
		return e.Invoice.ID
	case e.Session != nil:
		return e.Session.Invoice
	}
	return ""
}

// withInvoice is s with the events about an invoice that have another subject than
// e: the invoice is its own, unless it names a payment or a subscription.
func (s history) withInvoice(ctx context.Context, e *action.Event[facts.Event], id string) (history, error) {
	if id == e.Subject {
		return s, nil
	}
	all, err := e.RelatedTo(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("look up the events of %s: %w", id, err)
	}
	return s.load(ctx, e, all)
}

// connected is s without the events of invoices that those of the subject do not
// name: what names one may be received later than the invoice.
func (s history) connected(subject string) history {
	var own history
	for _, e := range s {
		if e.Subject == subject {
			own = append(own, e)
		}
	}
	names := own.invoices()
	return slices.DeleteFunc(slices.Clone(s), func(e facts.Event) bool {
		return e.Subject != subject && !slices.Contains(names, invoiceOf(e))
	})
}

// recordPayment records what an invoice was paid by; a payment outside Stripe is
// known by the invoice's own id.
func (s *studied) recordPayment(p *facts.InvoicePayment) {
	s.recordTie(p.Invoice, p.PaymentIntent, p.Charge)
	if p.PaymentRecord != "" {
		s.recordTie(p.Invoice, p.Invoice)
	}
}

// recordTie records which invoice a payment pays.
func (s *studied) recordTie(invoice string, payments ...string) {
	for _, p := range payments {
		if p != "" && invoice != "" {
			s.invoiceOf[p] = invoice
		}
	}
}

// awaits reports whether the payment's invoice is known by name alone.
func (s *studied) awaits(payment string) bool {
	id := s.invoiceOf[payment]
	return id != "" && s.bills[id] == nil
}

// page is where the customer can pay the payment's invoice, or empty.
func (s *studied) page(payment string) string {
	if bill := s.bills[s.invoiceOf[payment]]; bill != nil && s.payPage[payment] == "" {
		return webPage(bill.HostedURL)
	}
	return s.payPage[payment]
}

// waits reports whether n is sent later, when its invoice is known, and has the
// delivery retried then.
func (r *run) waits(n notice) bool {
	age := r.Now().Sub(r.e.Received)
	switch why := r.withheld(n, r.e.AllowStale()); {
	case !n.awaits || n.skip != "" && n.skip != noAddress || age > patience:
		return false
	case n.whole():
		return false
	case why != "" && why != noAddress:
		return false
	}
	if !errors.Is(r.err, errNoInvoice) {
		r.failed(action.RetryIn(errNoInvoice, max(time.Second, age/3)))
	}
	return true
}
