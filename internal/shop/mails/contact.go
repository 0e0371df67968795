package mails

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/sms"
)

// reach is how to contact a customer. A field that is in no event is empty; the
// id of a customer is of use only with an API key of Stripe.
type reach struct {
	to       string // a mail address
	phone    string // a number in E.164
	customer string // cus_…
}

// or completes r with what other has.
func (r reach) or(other reach) reach {
	return reach{cmp.Or(r.to, other.to), cmp.Or(r.phone, other.phone), cmp.Or(r.customer, other.customer)}
}

// checked leaves out what no mail and no text message can be sent to.
func (r reach) checked() reach { return reach{usable(r.to), number(r.phone), r.customer} }

// usable is the address, or empty for one that is invalid or comes with anything else.
func usable(address string) string {
	if p, err := mail.ParseAddress(address); err == nil && p.Address == strings.TrimSpace(address) {
		return p.Address
	}
	return ""
}

// number is the phone number in E.164, or empty for an invalid one.
func number(phone string) string {
	n, err := sms.ParseNumber(phone)
	if err != nil {
		return ""
	}
	return n
}

// found is n's reach, completed from the customer at Stripe where no event has a
// mail address.
//
// The customer is read within the mail's own effect and kept nowhere: an address
// has no place in the ledger, which keeps results for longer than the events. The
// read may be repeated; the mail has its own key and may not. Within the effect
// it also costs nothing once the mail is out. Without an API key, or without the
// customer at Stripe, the mail has no address.
func (r *run) found(ctx context.Context, n notice) (reach, error) {
	if n.kind == kindDispute || n.to != "" || n.customer == "" {
		return n.reach, nil
	}
	known, ok := r.customers[n.customer]
	if !ok {
		known.is, known.err = r.ask(ctx, n.customer)
		r.customers[n.customer] = known
	}
	return n.or(known.is), known.err
}

// ask reads a customer's address and number at Stripe.
func (r *run) ask(ctx context.Context, customer string) (reach, error) {
	email, phone, err := r.Stripe.Contact(ctx, r.e.Scope, customer)
	switch {
	case errors.Is(err, event.ErrNotConfigured), errors.Is(err, event.ErrNotFound):
		return reach{}, nil
	case errors.Is(err, event.ErrDenied):
		return reach{}, fmt.Errorf("only Stripe has the customer's address, and its API key needs the permission to read Customers: %w", err)
	}
	return reach{to: email, phone: phone}.checked(), err
}

// recipient is who gets the mail: in test mode the one who is set for that.
func (s Sender) recipient(n notice, customer string) string {
	switch {
	case !n.livemode && s.TestRecipient != toCustomer:
		return s.TestRecipient
	case n.kind == kindDispute:
		return s.Shop
	default:
		return customer
	}
}

var (
	errNoAddress = action.Skip(noAddress)
	errNoNumber  = action.Skip("no phone number")
)
