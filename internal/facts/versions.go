package facts

import (
	"slices"
	"strings"
)

// Version is an API version of Stripe: a date, with a name behind it since 2024,
// as in 2026-08-26.dahlia. Versions are in the order of their text. Each method
// answers one question about what events of the version contain. The empty
// version, of an event that does not name one, is older than all.
//
// This is the only file with the date of a version. Where the shapes differ in a
// way that cannot be mistaken, the views read both and nothing asks for the version.
//
// What each version changed in what the views read, from 2014 to 2026-10-28.endive;
// versions that are not listed changed nothing of it. The source is Stripe's changelog
// of the date, for what Stripe added in all versions at once that of the API's
// reference.
//
//	2014-06-17         charge.refunds is a list object. Before: an array of refunds without id and status.
//	2014-08-20         dispute.balance_transactions, an array. Before: balance_transaction, one id.
//	                   Inquiries have statuses: warning_*. Before: those of disputes.
//	2014-11-20         a dispute won is won. Before: charge_refunded if its charge was refunded.
//	2014-12-08         dispute.evidence_details.due_by. Before: evidence_due_by.
//	2015-02-18         charge.status of one that succeeded is succeeded. Before: paid, or the flag paid alone.
//	                   charge.source. Before: card. Where there is no payment_method_details, it has the card.
//	2017-04-06         payout objects and events. Before: transfers to a bank account or card, which no
//	                   action reads; the journal's pull posts them.
//	2017-05-25         a connected account's event names it in account. Before: in user_id.
//	2018-10-31         invoice.billing_reason of a subscription's first invoice is subscription_create.
//	                   Before: subscription_update, and subscription before May 2018.
//	2018-11-08         invoice.status is uncollectible. Before: the flag forgiven, which no action reads.
//	2019-03-14         invoice.created. Before: date. Subscriptions may be incomplete.
//	2022-08-01         a checkout session has no payment intent before the customer confirms it.
//	                   Before: from its creation, so that one that expired names an intent.
//	2022-11-15         payment_intent.latest_charge; charge.refunds only if expanded. Before: charges, refunds.
//	2024-04-10         charges are captured asynchronously by default: charge.succeeded has no balance
//	                   transaction then, charge.updated brings it.
//	2024-10-28.acacia  refund.created, refund.updated and refund.failed for every refund. Before:
//	                   charge.refunded, charge.refund.updated, and refund events of some kinds only.
//	2025-03-31.basil   a subscription's period is in each of its items. Before: in the subscription.
//	                   invoice.parent.subscription_details. Before: subscription.
//	                   An invoice's payments are a list (invoice_payment objects, left out of events).
//	                   Before: invoice.payment_intent, invoice.charge, payment_intent.invoice,
//	                   charge.invoice, invoice.paid_out_of_band.
//	                   charge.amount_refunded is what was refunded. Before: the released remainder of a
//	                   partial capture and a released authorisation, too.
//	                   A checkout session's currency is the shop's and presentment_details what the
//	                   customer saw, later also of payment intents, charges and refunds. Before: the
//	                   customer's throughout, and the shop's in currency_conversion.
//	2025-04-30.basil   context: the account, for an event of an organization the only place
//	                   (see webhook.ContextAccount).
//	2025-05-28.basil   invoice_payment.paid. Before: only Stripe's list connects invoice and payment.
//	2025-08-27.basil   dispute.status may be prevented.
//	2025-09-30.clover  currency_conversion of old checkout sessions is gone. Subscriptions are in flexible
//	                   billing mode by default: items may have different periods.
//	2025-10-29.clover  invoice_payment.payment may be a payment_record: paid outside Stripe.
//	2026-03-25.dahlia  subscription.presentment_details, which no action reads.
//	2026-05-27.dahlia  invoice.amount_paid_off_stripe, in answers of the API, in no event.
//	2026-08-26.dahlia  subscriptions may have more items, so that more lists are incomplete.
//	2026-09-30.endive  thin events of these objects. The objects are those of dahlia.
type Version string

// ReportsEveryRefund: refund.created, refund.updated and refund.failed report
// every refund. Before, charge.refunded is all there is for most of them.
// Source: Stripe's changelog of 2024-10-28.acacia, "new refund events".
func (v Version) ReportsEveryRefund() bool { return v >= "2024-10-28" }

// ListsRefundsInCharge: a charge contains its refunds. Since 2022-11-15 they are
// left out unless expanded. Source: Stripe's changelog of 2022-11-15.
func (v Version) ListsRefundsInCharge() bool { return v < "2022-11-15" }

// CountsReleaseAsRefund: the remainder of a partial capture that is released is
// counted in amount_refunded. Source: Stripe's changelog of 2025-03-31.basil.
func (v Version) CountsReleaseAsRefund() bool { return v < "2025-03-31" }

// NamesInvoiceOfPayment: payment intents and charges name their invoice. Since
// 2025-03-31 the link is in the invoice's payments (invoice_payment.paid reports
// them since 2025-05-28; before, only Stripe's list has them), and the intent of an
// invoice has its id in payment_details.order_reference. An invoice paid outside
// Stripe had paid_out_of_band; now it has a payment by a payment record, and
// amount_paid_off_stripe (2026-05-27) is in no event. Source: Stripe's changelog of
// 2025-03-31.basil, "multiple partial payments on invoices", 2025-05-28.basil and
// 2026-05-27.dahlia.
func (v Version) NamesInvoiceOfPayment() bool { return v < "2025-03-31" }

// ListsInvoicePayments is the first version in which Stripe lists the payments of an
// invoice. Source: Stripe's changelog of 2025-03-31.basil.
const ListsInvoicePayments Version = "2025-03-31.basil"

// FetchesThin is the version in which thin events are fetched: the first whose answers
// name the snapshot of the same occurrence. Source: Stripe's changelog of
// 2026-09-30.endive, "thin events for API v1 resources generally available".
const FetchesThin Version = "2026-09-30.endive"

// HasPeriodInSubscription: a subscription contains its period. Since 2025-03-31
// each of its items does. Source: Stripe's changelog of 2025-03-31.basil, which
// removes current_period_start and current_period_end from subscriptions.
func (v Version) HasPeriodInSubscription() bool { return v < "2025-03-31" }

// NamesFirstInvoice: the billing_reason says that an invoice is the first of its
// subscription.
func (v Version) NamesFirstInvoice() bool { return v >= "2018-10-31" }

// CallsWonRefunded: a dispute won has the status charge_refunded if its charge was
// refunded. In newer versions that is the end of an inquiry.
func (v Version) CallsWonRefunded() bool { return v < "2014-11-20" }

// stripeGo has the API version that the first release of each major of stripe-go is
// written for, since its import path names the major. Source: the constant apiVersion
// (APIVersion) in api_version.go, before in stripe.go, of the release vN.0.0; there is
// no v77. Later releases of a major from v81 on pin later versions of the same name:
// v81.4 2025-02-24.acacia, v82.5 2025-08-27.basil, v83.1 2025-10-29.clover, v84.4
// 2026-02-25.clover, v85.2 2026-05-27.dahlia, v86.2 2026-07-29.dahlia. Source: its
// CHANGELOG.md.
var stripeGo = map[string]Version{
	"70": "2020-03-02", "71": "2020-03-02", "72": "2020-08-27", "73": "2022-08-01", "74": "2022-11-15",
	"75": "2023-08-16", "76": "2023-10-16", "78": "2024-04-10", "79": "2024-06-20",
	"80": "2024-09-30.acacia", "81": "2024-10-28.acacia", "82": "2025-03-31.basil",
	"83": "2025-09-30.clover", "84": "2025-11-17.clover", "85": "2026-03-25.dahlia", "86": "2026-05-27.dahlia",
	"87": "2026-09-30.endive", // by users' reports, not by the module
}

// VersionOfStripeGo returns the API version in which the types of a major
// version of stripe-go are written, as in "76".
func VersionOfStripeGo(major string) (version Version, ok bool) {
	version, ok = stripeGo[major]
	return version, ok
}

// Release is the name of a version, or its date if it has none. Versions of one release
// differ only by additions.
func (v Version) Release() string {
	if date, name, named := strings.Cut(string(v), "."); named && name != "preview" {
		return name
	} else if !named {
		return date
	}
	return string(v)
}

// TypedReleases are those that the types of some stripe-go major read, in order.
func TypedReleases() []string {
	var all []string
	for _, v := range stripeGo {
		all = append(all, v.Release())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ReadAs reports whether types written for an API version read events of this one:
// it is the same, or has the same name, since versions of one name differ only by
// additions. Source: docs.stripe.com/sdks/versioning, and what stripe-go accepts in
// webhook.ConstructEvent. A preview is like no other.
func (v Version) ReadAs(types Version) bool { return v != "" && v.Release() == types.Release() }
