package operator

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// related is Store.Related; what cannot be read is noted.
func (f *thread) related(ctx context.Context, at thing) ([]event.Facts, error) {
	found, err := f.Store.Related(ctx, at.Scope, at.id)
	if errors.Is(err, event.ErrInvalid) {
		f.skip(err)
		err = nil
	}
	return found, err
}

// ofCustomer returns the facts of the customer's latest events, up to what a timeline has.
func (f *thread) ofCustomer(ctx context.Context, c thing) ([]event.Facts, error) {
	if all, read := f.customers[c]; read {
		return all, nil
	}
	q := event.ByCustomer{Scope: c.Scope, Customer: c.id, Limit: maxPage}
	all := []event.Facts{}
	for len(all) <= maxEvents {
		page, err := f.Store.ByCustomer(ctx, q)
		if err != nil && !errors.Is(err, event.ErrInvalid) {
			return nil, err
		}
		f.skip(err)
		if all, q.After = append(all, page.Items...), page.Next; q.After.IsZero() {
			break
		}
	}
	f.customers[c] = all
	return all, nil
}

// named are the customers that the events of the thread name.
func (f *thread) named() (all []thing) {
	for _, e := range f.events {
		if c := (thing{e.Scope, e.Customer}); e.Customer != "" && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b thing) int { return cmp.Compare(a.Text()+a.id, b.Text()+b.id) })
	return all
}

// payments adds those of the customers that are of an invoice or of a subscription of the
// thread where only events about the payment say so: invoice payments since API version
// 2025-03-31, invoices with their payment intent before.
func (f *thread) payments(ctx context.Context) error {
	if !f.whole {
		return nil
	}
	for _, c := range f.named() {
		all, err := f.ofCustomer(ctx, c)
		if err != nil {
			return err
		}
		for _, e := range all {
			at := thing{e.Scope, e.Subject}
			if f.tried[at] || f.seen[at] || !strings.HasPrefix(at.id, "pi_") {
				continue
			}
			if len(f.tried) == maxPayments {
				f.note("the customer has more payments than were compared with the invoices: ask for a payment by its id")
				return nil
			}
			f.tried[at] = true
			if err := f.paying(ctx, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// paying adds the payment if an invoice or an invoice payment of it names an invoice or a
// subscription of the thread.
func (f *thread) paying(ctx context.Context, payment thing) error {
	found, err := f.related(ctx, payment)
	if err != nil {
		return err
	}
	for _, e := range found {
		if e.ObjectType != "invoice_payment" && e.ObjectType != "invoice" {
			continue
		}
		s, err := f.read(ctx, e.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(s.links, func(id string) bool { return f.seen[thing{e.Scope, id}] && comprises(id) >= ofInvoice }) {
			f.push(payment)
			return nil
		}
	}
	return nil
}
