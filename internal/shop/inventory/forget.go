package inventory

// Forget is the row without what a refund's order says of a person.
func (p Payment) Forget() Payment {
	if p.Refunds != nil {
		refunds := p.Refunds.Forget()
		p.Refunds = &refunds
	}
	return p
}

// PaymentKind is the kind of the rows that Forget is for.
const PaymentKind = ofPayment
