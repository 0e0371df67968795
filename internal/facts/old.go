package facts

// chargeStatus reads the status in the words of today's versions: what is
// succeeded there was paid, or had no status at all.
func chargeStatus(n node) string {
	switch status := n.text("status"); {
	case status == "paid", status == "" && n.flag("paid"):
		return "succeeded"
	case status == "" && n.has("failure_code"):
		return "failed"
	default:
		return status
	}
}

// refundStatus: a refund without a status is of a time when there was but one.
// Its failure, if it has one, is reported by the event.
func refundStatus(n node) string {
	if status := n.text("status"); status != "" || !n.has("amount") {
		return status
	}
	return "succeeded"
}

// meansOf is what a charge was paid with. Charges had their card as source, and before
// 2015-02-18 as card.
func meansOf(n node) (method string, means node) {
	details := n.in("payment_method_details")
	if method = details.text("type"); method != "" {
		return method, details.in(method)
	}
	for _, field := range []string{"source", "card"} {
		if card := n.expanded(field); card.text("object") == "card" {
			return "card", card
		}
	}
	return "", node{r: n.r, path: n.path}
}

// disputeStatus of a version in which one word means two things.
func (v Version) disputeStatus(status string) string {
	if status == "charge_refunded" && v.CallsWonRefunded() {
		return "won"
	}
	return status
}

// transactionsOf a dispute are several, or in old versions one.
func transactionsOf(n node) []string {
	return unite(n.ids("balance_transactions"), n.id("balance_transaction"))
}

// BeginsSubscription reports whether the event is about the first invoice of a
// subscription. Where the invoice does not say so, its period has no length.
func (e Event) BeginsSubscription() bool {
	switch i := e.Invoice; {
	case i == nil || i.Subscription == "":
		return false
	case e.Version().NamesFirstInvoice():
		return i.BillingReason == "subscription_create"
	default:
		return (i.BillingReason == "subscription_update" || i.BillingReason == "subscription") && i.PeriodStart.Equal(i.PeriodEnd)
	}
}
