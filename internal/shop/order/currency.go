package order

import "cmp"

// currency is that of what was paid, else of what was asked for last. What a dispute
// is in says least: the customer's bank may count in another.
func (f Facts) currency() string {
	return cmp.Or(f.agreed().In, f.Currency, f.Intent.Amount.In, f.Attempts.Amount.In, f.Invoice.Total.In, f.Session.Amount.In, f.claimed())
}

// agreed is the amount of the charge that succeeded.
func (f Facts) agreed() (p price) {
	for _, c := range f.Charges {
		p = p.newer(c.Amount)
	}
	return p
}

// claimed is the currency of the disputes.
func (f Facts) claimed() (currency string) {
	for _, d := range f.Disputes {
		currency = max(currency, d.Currency)
	}
	return currency
}

// amount is what the customer agreed to pay, in the order's currency.
func (f Facts) amount(currency string) int64 {
	for _, p := range []price{f.Intent.Amount, f.agreed(), f.Attempts.Amount, f.Invoice.Total, f.Session.Amount} {
		if p.Is != 0 && (p.In == "" || p.In == currency) {
			return p.Is
		}
	}
	return f.Invoice.recorded()
}

// seen is what the customer saw of the charge's amount, else of the whole payment's,
// in that currency.
func (f Facts) seen(charge, currency string) (r rate, ok bool) {
	for _, r := range []rate{f.Charges[charge].Seen, f.Intent.Seen, f.Session.Seen} {
		if r.In == currency && r.In != "" {
			return r, true
		}
	}
	return rate{}, false
}
