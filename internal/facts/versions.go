package facts

// Version is an API version of Stripe: a date, with a name behind it since 2024,
// as in 2026-08-26.dahlia. Versions are in the order of their text. Each method
// answers one question about what events of the version contain. The empty
// version, of an event that does not name one, is older than all.
//
// This is the only file with the date of a version. Where the shapes differ in a
// way that cannot be mistaken, the views read both and nothing asks for the version.
// That is so for these; the source is Stripe's changelog of the date:
//
//	2014-06-17  a charge's refunds become a list object. Before, they are a plain
//	            array of refunds without ids and without a status.
//	2015-02-18  the status of a charge that succeeded is succeeded. Before, it is
//	            paid, and in the oldest versions the flag paid alone says so.
//	2017-05-25  a connected account's event names it in account. Before, in user_id.
//	2025-03-31  presentment_details say what the customer saw of an amount, first in
//	            checkout sessions, then in payment intents, charges and refunds.
//	            Before, a session that converted its prices is in the customer's
//	            currency throughout.
//	2025-04-30  an event of an organization's account names it in context alone
//	            (see webhook.ContextAccount).
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

// HasPeriodInSubscription: a subscription contains its period. Since 2025-03-31
// each of its items does. Source: Stripe's changelog of 2025-03-31.basil, which
// removes current_period_start and current_period_end from subscriptions.
func (v Version) HasPeriodInSubscription() bool { return v < "2025-03-31" }

// stripeGo has the API version of each major of stripe-go that actions of this
// repository import. Source: the constant stripe.APIVersion of the module.
var stripeGo = map[string]string{"76": "2023-10-16"}

// VersionOfStripeGo returns the API version in which the types of a major
// version of stripe-go are written, as in "76".
func VersionOfStripeGo(major string) (version string, ok bool) {
	version, ok = stripeGo[major]
	return version, ok
}
