package stripetest

// refund is one that was made.
type refund struct {
	id, charge, status string
	amount, created    int64
}

// Refund gives a part of the payment back; an id of "" is a new one. Versions
// that do not report every refund report it by the charge alone.
func (p *Payment) Refund(id string, amount int64) *Payment {
	return p.RefundAs(id, amount, "succeeded")
}

// RefundAs is Refund with another status, such as pending; see EndRefund.
func (p *Payment) RefundAs(id string, amount int64, status string) *Payment {
	if id == "" {
		id = p.Life.ID("re_")
	}
	before := p.chargeFields()
	if p.Life.Version.ReportsEveryRefund() {
		p.Life.next()
		p.refunds[id] = &refund{id, p.Charge, status, amount, p.Life.Now.Unix()}
		p.Life.sample("refund.created", p.RefundObject(id), nil)
	}
	p.refunded += amount
	p.charge("refunded", nil, Object{"amount_refunded": before["amount_refunded"], "refunded": before["refunded"]})
	if p.refunds[id] == nil {
		p.refunds[id] = &refund{id, p.Charge, status, amount, p.Life.Now.Unix()}
	}
	return p.step()
}

// FailRefund fails a refund that was made.
func (p *Payment) FailRefund(id string) *Payment { return p.EndRefund(id, "failed") }

// EndRefund changes the status of a refund that was made. A failed or canceled
// one is no longer part of the charge's sum.
func (p *Payment) EndRefund(id, status string) *Payment {
	r := p.refunds[id]
	before := Object{"status": r.status}
	r.status = status
	if status == "failed" || status == "canceled" {
		p.refunded -= r.amount
	}
	kinds := []string{"charge.refund.updated"}
	if p.Life.Version.ReportsEveryRefund() {
		kinds = append(kinds, "refund.updated")
		if status == "failed" {
			kinds = append(kinds, "refund.failed")
		}
	}
	for _, kind := range kinds {
		p.Life.next()
		p.Life.sample(kind, p.RefundObject(id), before)
	}
	return p.step()
}

// RefundObject returns the fields of a refund that was made, as it is.
func (p *Payment) RefundObject(id string) Object {
	r := p.refunds[id]
	o := Object{
		"id": r.id, "object": "refund", "balance_transaction": Transaction(r.id), "amount": r.amount, "charge": r.charge, "payment_intent": p.intentID(),
		"currency": p.Currency, "status": r.status, "created": r.created, "metadata": Object{},
		"failure_reason": nil, "failure_balance_transaction": nil,
	}
	if r.status == "failed" {
		o["failure_reason"], o["failure_balance_transaction"] = "expired_or_canceled_card", Transaction(r.id)+"f"
	}
	return o
}
