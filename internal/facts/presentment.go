package facts

import "github.com/payhooks/payhooks/internal/money"

// Presentment is what the customer saw of an amount that is in another currency,
// by Stripe's presentment_details: the currency that was chosen at the checkout and
// stands on the card statement. It is zero where both are one currency, and in
// events of versions that do not report it.
type Presentment struct {
	Amount   int64
	Currency string
}

func presentment(n node) Presentment {
	d := n.in("presentment_details")
	p := Presentment{Amount: d.integer("presentment_amount"), Currency: d.text("presentment_currency")}
	if p.Amount <= 0 || p.Currency == "" || p.Currency == n.text("currency") {
		return Presentment{}
	}
	return p
}

// Of returns what the customer saw of a part of the whole; ok is false if that is
// the part itself.
func (p Presentment) Of(part, whole int64) (seen money.Amount, ok bool) {
	if p.Currency == "" || whole <= 0 {
		return money.Amount{}, false
	}
	return money.Amount{Minor: money.Share(part, p.Amount, whole), Currency: p.Currency}, true
}
