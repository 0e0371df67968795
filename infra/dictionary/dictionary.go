// Package dictionary makes the dictionary that bodies of events are compressed with, of the
// samples in events/: what Stripe writes is mostly the names of members, which another
// event of the kind has too.
package dictionary

import (
	"slices"
	"strings"

	"github.com/payhooks/payhooks/events"
)

// kinds are the objects that a shop's events are about, the commonest last: what is at the
// end of a dictionary is referred to in the fewest bytes. The samples of all others are for
// measuring what the dictionary does to what it has not seen.
var kinds = []string{
	"capability", "person", "application_fee", "application_fee.refund", "account.external_account", "account", "cash_balance", "customer_cash_balance_transaction",
	"entitlements.active_entitlement_summary", "billing.alert", "billing.credit_grant", "mandate", "payment_link", "promotion_code", "tax_rate", "plan", "coupon",
	"transfer", "payout", "balance", "review", "credit_note", "customer.discount", "customer.tax_id", "customer.source", "subscription_schedule", "invoiceitem",
	"invoice_payment", "product", "price", "setup_intent", "payment_method", "charge.dispute", "refund", "charge.refund", "checkout.session", "customer",
	"customer.subscription", "invoice", "payment_intent", "charge",
}

// inBoth are those whose shapes differ much between the API versions.
var inBoth = []string{"invoice", "customer.subscription", "payment_intent", "charge", "checkout.session"}

// Kind is what the type of an event is about.
func Kind(eventType string) string { return eventType[:strings.LastIndexByte(eventType, '.')] }

// Trained reports whether the dictionary knows the kind of an event type.
func Trained(eventType string) bool { return slices.Contains(kinds, Kind(eventType)) }

// Make returns the dictionary: the longest sample of each kind, one after another.
func Make() (dictionary []byte, err error) {
	longest := map[string][]byte{} // by version and kind
	for _, version := range events.Versions() {
		types, err := events.Types(version)
		if err != nil {
			return nil, err
		}
		for _, t := range types {
			body, err := events.Sample(t, version)
			if err != nil {
				return nil, err
			}
			if key := version + " " + Kind(t); len(body) > len(longest[key]) {
				longest[key] = body
			}
		}
	}
	for _, kind := range kinds {
		if older := longest[events.Go+" "+kind]; slices.Contains(inBoth, kind) {
			dictionary = append(dictionary, older...)
		}
		dictionary = append(dictionary, longest[events.Latest+" "+kind]...)
	}
	return dictionary, nil
}
