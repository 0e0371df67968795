package mails

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// tied is h with what only Stripe has of the invoice of a payment, where a mail that
// the event must send needs it: in newer API versions no event of a payment may name
// its invoice, and the invoice's own events may not have come. Without an API key, or
// one that may read invoices, it is h.
func (s Sender) tied(ctx context.Context, e *action.Event[facts.Event], h history) (history, error) {
	if intent := s.untied(e, h); intent != "" {
		id, err := s.Stripe.InvoiceOf(ctx, e.Scope, intent)
		if err != nil || id == "" {
			return h, optional(err)
		}
		h = h.with(e, facts.Event{InvoicePayment: &facts.InvoicePayment{Invoice: id, PaymentIntent: intent}})
		if h, err = h.withInvoice(ctx, e, id); err != nil {
			return nil, err
		}
	}
	for _, id := range s.unknown(e, h) {
		i, err := s.Stripe.Invoice(ctx, e.Scope, id)
		switch {
		case optional(err) != nil:
			return nil, fmt.Errorf("read the payment's invoice: %w", err)
		case err == nil:
			h = h.with(e, facts.Event{Invoice: &i})
		}
	}
	return h.sorted(), nil
}

// optional is nil where there is no way to read what helps to send a mail.
func optional(err error) error {
	if errors.Is(err, event.ErrNotConfigured) || errors.Is(err, event.ErrNotFound) || errors.Is(err, event.ErrDenied) {
		return nil
	}
	return err
}

// with is h with an object that no event reported.
func (h history) with(e *action.Event[facts.Event], object facts.Event) history {
	object.Facts = event.Facts{Scope: e.Scope, Created: e.Created, Received: e.Received}
	return append(h, object)
}

// untied is a payment intent of which the event must send a mail that its invoice may
// complete, if no event names an invoice.
func (s Sender) untied(e *action.Event[facts.Event], h history) string {
	if e.Object.Version().NamesInvoiceOfPayment() {
		return ""
	}
	known := study(h)
	for _, n := range s.incomplete(e, h) {
		reached := n.customer != "" && n.kind != kindFailed // Stripe has the address
		if strings.HasPrefix(n.payment, "pi_") && known.invoiceOf[n.payment] == "" && !reached {
			return n.payment
		}
	}
	return ""
}

// unknown are the invoices that would complete a mail of the event and of which only
// the name is known.
func (s Sender) unknown(e *action.Event[facts.Event], h history) (ids []string) {
	known := study(h)
	for _, n := range s.incomplete(e, h) {
		if id := known.invoiceOf[n.payment]; n.awaits && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// incomplete are the mails that the event sends without an address, or without a page
// to pay on.
func (s Sender) incomplete(e *action.Event[facts.Event], h history) []notice {
	return slices.DeleteFunc(h.dueBy(e.ID, s.Texts), func(n notice) bool {
		why := s.withheld(n, e.AllowStale())
		return n.whole() || n.kind == kindDispute || n.kind == kindTrial || n.skip != "" && n.skip != noAddress || why != "" && why != noAddress
	})
}

// whole reports whether nothing is missing that the payment's invoice may have.
func (n notice) whole() bool { return n.to != "" && (n.kind != kindFailed || n.payLink != "") }

func (h history) sorted() history {
	slices.SortFunc(h, func(a, b facts.Event) int {
		return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID))
	})
	return h
}
