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
