package mails

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

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

// person is what Stripe's API has of a customer.
type person struct {
	reach
	locales []string // preferred_locales
}

// found is n's reach, completed from the customer at Stripe where no event has a
// mail address, and the language to write in.
//
// The customer is read within the mail's own effect and kept nowhere: an address
// has no place in the ledger, which keeps results for longer than the events. The
// read may be repeated; the mail has its own key and may not. Within the effect
// it also costs nothing once the mail is out. Without an API key, or without the
// customer at Stripe, the mail has no address.
func (r *run) found(ctx context.Context, n notice) (reach, language, error) {
	if n.kind == kindDispute || n.to != "" || n.customer == "" {
		return n.reach, r.language(ctx, n), nil
	}
	known, ok := r.customers[n.customer]
	if !ok {
		known.is, known.err = r.ask(ctx, n.customer)
		r.customers[n.customer] = known
	}
	return n.or(known.is.reach), languageOf(append([]string{n.locale}, known.is.locales...), r.Language), known.err
}

// languageTime is how long a mail waits for nothing but its language.
const languageTime = 3 * time.Second

// language is that of the checkout, else the customer's at Stripe, else the shop's. A mail
// whose address is known does not wait for Stripe: one in the shop's language is better than none.
func (r *run) language(ctx context.Context, n notice) language {
	if n.kind == kindDispute {
		return languageOf(nil, r.Language)
	}
	if n.locale != "" || n.customer == "" {
		return languageOf([]string{n.locale}, r.Language)
	}
	known, ok := r.customers[n.customer]
	if !ok {
		ctx, cancel := context.WithTimeout(ctx, languageTime)
		defer cancel()
		if known.is, known.err = r.ask(ctx, n.customer); known.err == nil {
			r.customers[n.customer] = known
		}
	}
	return languageOf(known.is.locales, r.Language)
}

// ask reads a customer's address, number and languages at Stripe.
func (r *run) ask(ctx context.Context, customer string) (person, error) {
	email, phone, locales, err := r.Stripe.Contact(ctx, r.e.Scope, customer)
	switch {
	case errors.Is(err, event.ErrNotConfigured), errors.Is(err, event.ErrNotFound):
		return person{}, nil
	case errors.Is(err, event.ErrDenied):
		return person{}, fmt.Errorf("only Stripe has the customer's address, and its API key needs the permission to read Customers: %w", err)
	}
	return person{reach{to: email, phone: phone}.checked(), locales}, err
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
