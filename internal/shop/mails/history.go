package mails

import (
	"context"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// relevantTypes are the types of events that decide about mails. The action
// subscribes to those that can make one due; the others are read with them.
var relevantTypes = map[string]bool{
	"charge.succeeded":                         true,
	"charge.captured":                          true,
	"charge.updated":                           true,
	"charge.failed":                            true,
	"charge.refunded":                          true,
	"charge.refund.updated":                    true,
	"charge.dispute.created":                   true,
	"charge.dispute.updated":                   true,
	"charge.dispute.funds_withdrawn":           true,
	"charge.dispute.funds_reinstated":          true,
	"charge.dispute.closed":                    true,
	"refund.created":                           true,
	"refund.updated":                           true,
	"refund.failed":                            true,
	"payment_intent.succeeded":                 true,
	"payment_intent.payment_failed":            true,
	"payment_intent.canceled":                  true,
	"payment_intent.amount_capturable_updated": true,
	"checkout.session.completed":               true,
	"checkout.session.async_payment_succeeded": true,
	"invoice.finalized":                        true,
	"invoice.paid":                             true,
	"invoice.payment_succeeded":                true,
	"invoice.payment_failed":                   true,
	"invoice_payment.paid":                     true,
	"customer.subscription.created":            true,
	"customer.subscription.updated":            true,
	"customer.subscription.paused":             true,
	"customer.subscription.resumed":            true,
	"customer.subscription.trial_will_end":     true,
	"customer.subscription.deleted":            true,
}

// longest is how many events of one subject are read, the newest ones: a
// payment has a dozen, a subscription may have thousands.
const longest = 40

// history is the known events of one subject, oldest first.
type history []facts.Event

// related reads the events that share e's subject, and those of the invoices that
// they name.
func related(ctx context.Context, e *action.Event[facts.Event]) (history, error) {
	all, err := e.Related(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up related events: %w", err)
	}
	s := history{e.Object}
	if s, err = s.load(ctx, e, all); err != nil {
		return nil, err
	}
	for _, id := range s.invoices() {
		if s, err = s.withInvoice(ctx, e, id); err != nil {
			return nil, err
		}
	}
	return s.sorted(), nil
}

// load is s with the events that it does not have yet.
func (s history) load(ctx context.Context, e *action.Event[facts.Event], all []event.Facts) (history, error) {
	var ids []string
	for _, f := range newest(all) {
		if !slices.ContainsFunc(s, func(known facts.Event) bool { return known.ID == f.ID }) {
			ids = append(ids, f.ID)
		}
	}
	// An event that expired meanwhile, or cannot be read, stops no other.
	related, err := e.LoadAll(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("load related events: %w", err)
	}
	for _, stored := range related {
		var other facts.Event
		if other.DecodeEvent(stored.Facts, stored.Payload()) != nil {
			continue // parked by its own delivery, which says why
		}
		s = append(s, other)
	}
	return s, nil
}

func newest(related []event.Facts) []event.Facts {
	related = slices.DeleteFunc(slices.Clone(related), func(f event.Facts) bool { return !relevantTypes[f.Type] })
	return related[max(0, len(related)-longest):]
}

// dueBy are the mails that the event must send: those that it reports, and those
// about other events that it completes, for example with an address. A mail that
// was due before the event was received is left to the event that made it due, so
// that one payment's events do not wait for each other; where two were received
// at once, both try and the mail's key keeps it to one.
func (s history) dueBy(id string, texts bool) []notice {
	i := slices.IndexFunc(s, func(e facts.Event) bool { return e.ID == id })
	before := slices.DeleteFunc(slices.Clone(s), func(e facts.Event) bool { return !e.Received.Before(s[i].Received) })
	was := map[string]notice{}
	for _, n := range notices(before.connected(s[i].Subject), texts) {
		was[n.id()] = n
	}
	var mine []notice
	for _, n := range notices(s, texts) {
		w, known := was[n.id()]
		left := known && w.skip == "" && w.reach == n.reach && n.event != id
		waits := n.awaits && n.skip == noAddress
		switch {
		case !slices.Contains(n.says, id) && (n.skip != "" && !waits || left):
			continue
		case n.skip == "" && left:
			n.skip = "left to " + n.event
		}
		mine = append(mine, n)
	}
	return mine
}
