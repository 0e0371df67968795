package order

import "github.com/payhooks/payhooks/internal/money"

func (d Dispute) open() bool { return d.Status == "needs_response" || d.Status == "under_review" }
func (d Dispute) lost() bool { return d.Status == "lost" }

// taken: a bank took money back, whatever became of it. An inquiry takes none, and
// one that is prevented did not either.
func (f Facts) taken() bool {
	for _, d := range f.Disputes {
		if d.open() || d.lost() || d.Status == "won" {
			return true
		}
	}
	return false
}

// disputed is what is in open disputes.
func (f Facts) disputed(currency string, paid int64) int64 {
	return f.sum(Dispute.open, currency, paid)
}

// lost is what is in lost disputes. A bank may take back more than there was left
// of the payment; see of.
func (f Facts) lost(currency string, paid int64) int64 { return f.sum(Dispute.lost, currency, paid) }

func (f Facts) sum(which func(Dispute) bool, currency string, paid int64) (sum int64) {
	for _, d := range f.Disputes {
		if which(d) {
			sum += f.worth(d, currency, paid)
		}
	}
	return sum
}

// worth is a dispute's amount in the order's currency. What it is of the amount
// that the customer saw, it is of the payment; in a currency that no event connects
// with the payment, it is all that was paid.
func (f Facts) worth(d Dispute, currency string, paid int64) int64 {
	if d.Currency == "" || d.Currency == currency {
		return d.Amount
	}
	if r, ok := f.seen(d.Charge, d.Currency); ok {
		return money.Share(d.Amount, r.Of, r.Is)
	}
	return paid
}
