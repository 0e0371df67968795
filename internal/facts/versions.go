package facts

import "strings"

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
}

// VersionOfStripeGo returns the API version in which the types of a major
// version of stripe-go are written, as in "76".
func VersionOfStripeGo(major string) (version Version, ok bool) {
	version, ok = stripeGo[major]
	return version, ok
}

// ReadAs reports whether types written for an API version read events of this one:
// it is the same, or has the same name, since versions of one name differ only by
// additions. Source: docs.stripe.com/sdks/versioning, and what stripe-go accepts in
// webhook.ConstructEvent. A preview is like no other.
func (v Version) ReadAs(types Version) bool {
	_, name, named := strings.Cut(string(v), ".")
	_, want, _ := strings.Cut(string(types), ".")
	return v != "" && v == types || named && name == want && name != "preview"
}
