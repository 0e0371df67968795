// Package shop is the sample shop in one page: what each of its seven actions reads,
// by which rules it acts, and what it does not do. The exact event types of an action
// are in template.yaml. Each rule is a test in the package of the action.
//
// State is a set of facts merged by union, and a row is a pure function of them and
// of the time: any order and repetition of the same events ends in the same row. All
// rows and keys are per scope (account and mode). An answer of Stripe's API is a
// fact of the event that needed it. Parameters are applied when a row is read.
//
// # update-order (package order)
//
// Reads payment intents, charges, refunds, disputes, checkout sessions, invoices and
// invoice payments.
//   - One order per payment intent; a charge without one, a session that expired or was
//     free, and an invoice paid outside Stripe or by credit are orders, too.
//   - The highest status stands: lost, disputed, refunded, partially_refunded, paid,
//     authorized, processing, failed, canceled, open. An unpaid invoice is no order.
//   - paid is gross; refunded + lost never exceed it. A refund that failed and a dispute
//     won leave the order as if they had not been; a released remainder is no refund.
//   - Amounts are in the currency of the charge that succeeded. Amounts in the
//     currency that the customer saw appear in mails, not in sums.
//   - The reference is the checkout's client_reference_id, else metadata.order_id of
//     intent, session, invoice or charge, the newest of one object.
//
// It does not ship, number or price anything, and makes no order before money moves.
//
// # send-receipt (package mails)
//
// Reads what update-order reads, trial notices and new disputes.
//   - One receipt per payment, once it is captured; one notice per refund; one of failed
//     payments per payment and per recipient and UTC day, none once it is paid.
//   - Trial and dispute notices are true when they are sent, also with --stale.
//   - A mail that is too old (receipt 72 h, failure 24 h, trial until its end), without an
//     address, or excluded by Mail, MailConnected or MailTestRecipient is withheld with the
//     reason; payhooks replay --again and --stale request it again.
//   - Text that a customer chose is one line of 200 characters without direction marks.
//   - An effect whose outcome is unknown waits for an operator; nothing is sent twice.
//
// It sends no marketing, no invoice as a document, and no receipt that Stripe sends.
//
// # grant-access (package access)
//
// Reads subscriptions, entitlement summaries and the end of customers.
//   - A product is granted if any subscription grants it: active, trialing, and past due
//     within GraceDays of the first failure. A feature as the newest summary says.
//   - An end is final; the end of the customer ends everything.
//   - Events of one second are ordered as a group, by what each says was before.
//   - An item of quantity 0 grants nothing, a metered one does; an incomplete list is
//     fetched, or takes nothing away.
//   - access.Check also allows until the period's end and grace, so that a late event locks
//     nobody out.
//
// It does not count seats or usage, and does not change anything at Stripe.
//
// # adjust-inventory (package inventory)
//
// Reads checkout sessions, the end of their payments, and refunds.
//   - Per session: reserved when completed and unpaid, committed when paid, given back when
//     it expired or the payment failed; a sale stays one.
//   - The items of a session are listed at Stripe, once; recurring prices are not goods.
//   - A full refund restocks only with Restock.
//   - on_hand is the supply less what is committed, never below 0; the rest is back-ordered.
//
// It does not say which order waits, and knows no warehouses. inventory.Reserve is for the
// shop's own code when it creates a session.
//
// # post-journal (package journal)
//
// Reads charges, refunds, disputes and payouts.
//   - One posting per balance transaction, in the currency of settlement, debits equal to
//     credits; what the customer saw is a memo.
//   - No transaction yet means no posting yet; failed payouts and refunds reverse.
//   - A pull of all transactions every 15 minutes completes the books: no event announces fees,
//     taxes, transfers and reserves. A category without its own account goes to
//     other:NAME.
//   - A reconciled payout is compared with what is posted of it.
//
// It is no general ledger: it has no tax, no accruals and no invoices.
//
// # flag-fraud (package fraud) and send-notice (package notices)
//
// Read early fraud warnings, reviews, disputes and failed charges.
//   - One hold per order and reason: warning, review, dispute, inquiry, and FailureLimit
//     failures on one card or customer within FailureWindowMinutes.
//   - A hold ends when its reason does: approved, answered, decided, refunded.
//   - One notice per hold, with the date for evidence; none for a hold that is over.
//   - A notice that is three days late is withheld, unless evidence is still due.
//
// They do not stop a shipment: the shop asks fraud.Check before it ships.
package shop
