package order

import (
	"cmp"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/union"
)

func (f *Facts) charge(e facts.Event, c facts.Charge) {
	f.refer(noteOf(e, fromCharge, c.ID, e.Charge != nil, c.Metadata))
	f.Ties.Invoices = union.Maps(f.Ties.Invoices, set(c.Invoice), func(a, b bool) bool { return a || b })
	tried := Attempts{Amount: priceOf(e, c.Amount, c.Currency), Charges: times(began(e, c), c.ID)}
	switch chargeStatus(e.Type, c.Status) {
	case "failed":
		tried.Failed = began(e, c)
		if e.Type == "charge.failed" {
			tried.Failed = e.Created.Unix()
		}
	case "pending":
		tried.Pending = began(e, c)
	case "succeeded":
		tried.Charges = nil // it is among those that succeeded
		f.succeeded(e, c)
	}
	f.Attempts = f.Attempts.union(tried)
}

// began is when the attempt did. Its events come later, some by years.
func began(e facts.Event, c facts.Charge) int64 {
	if c.Created.IsZero() || c.Created.After(e.Created) {
		return e.Created.Unix()
	}
	return c.Created.Unix()
}

func (f *Facts) succeeded(e facts.Event, c facts.Charge) {
	known := Charge{
		Amount: priceOf(e, c.Amount, c.Currency), Seen: rateOf(e, c.Presentment, c.Amount), Captured: captured(e.Type, c),
	}
	if known.Captured == 0 && (e.Type == "charge.expired" || c.Amount > 0 && c.AmountRefunded >= c.Amount) {
		known.Released = e.Created.Unix()
	}
	f.snapshot(e, c, &known)
	if c.ID != "" {
		f.Charges = union.Maps(f.Charges, map[string]Charge{c.ID: known}, Charge.union)
	}
}

func chargeStatus(event, status string) string {
	switch event {
	case "charge.succeeded", "charge.captured", "charge.expired":
		return "succeeded"
	case "charge.failed":
		return "failed"
	case "charge.pending":
		return "pending"
	default:
		return status
	}
}

// captured is 0 for an authorisation. Old versions have no amount_captured.
func captured(event string, c facts.Charge) int64 {
	if c.AmountCaptured == 0 && (c.Captured || event == "charge.captured") {
		return c.Amount
	}
	return c.AmountCaptured
}

// snapshot keeps the charge's own sum of refunds, and the refunds that it lists.
// Nothing can be refunded that was not captured: what it calls so is the release of
// an authorisation.
func (f *Facts) snapshot(e facts.Event, c facts.Charge, known *Charge) {
	v := e.Version()
	known.Old, known.Reversed = !v.ReportsEveryRefund(), v.CountsReleaseAsRefund()
	known.Sum = snapshot{At: e.Created.Unix(), Refund: e.Type == "charge.refunded"}
	released := max(0, c.Amount-known.Captured)
	if known.Captured > 0 {
		before, changed := e.Previous.Int("amount_refunded")
		if !changed || e.Charge == nil {
			before = c.AmountRefunded
		}
		known.Sum.Sum, known.Sum.Before = known.given(c.AmountRefunded, released), known.given(before, released)
	}
	if released > 0 && v.CountsReleaseAsRefund() {
		return // the list may hold the release as a refund
	}
	var listed int64
	for _, r := range c.Refunds {
		r.Charge = cmp.Or(r.Charge, c.ID)
		f.refund(e, r)
		if rank := refundRank[r.Status]; standing(rank) {
			listed += r.Amount
		}
	}
	known.Sum.Sum = max(known.Sum.Sum, listed)
}

// given is what a sum has of refunds. Less than what was released has nothing of
// the release: Stripe lets go of all the rest at once.
func (c Charge) given(sum, released int64) int64 {
	if c.Reversed && sum >= released {
		return sum - released
	}
	return sum
}

func (f *Facts) refund(e facts.Event, r facts.Refund) {
	f.Currency = cmp.Or(f.Currency, r.Currency)
	known := Refund{Charge: r.Charge, Amount: r.Amount, Status: r.Status, Real: !e.Version().CountsReleaseAsRefund()}
	if !r.Created.IsZero() {
		known.Created = r.Created.Unix()
	}
	if e.Type == "refund.failed" {
		known.Status = "failed"
	}
	if known.fell() {
		known.Failed = e.Created.Unix()
	}
	if r.ID != "" {
		f.Refunds = union.Maps(f.Refunds, map[string]Refund{r.ID: known}, Refund.union)
	}
}
