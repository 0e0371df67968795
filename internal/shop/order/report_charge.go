package order

import (
	"cmp"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/union"
)

func (f *Facts) charge(e facts.Event, c facts.Charge) {
	at := e.Created.Unix()
	f.Currency = cmp.Or(c.Currency, f.Currency)
	f.refer(noteOf(e, fromCharge, c.ID, e.Charge != nil, c.Metadata))
	f.Ties.Invoices = union.Maps(f.Ties.Invoices, set(c.Invoice), func(a, b bool) bool { return a || b })
	known := Charge{Amount: numberOf(e, c.Amount)}
	switch chargeStatus(e.Type, c.Status) {
	case "failed":
		known.Failed = at
	case "pending":
		known.Pending = true
	case "succeeded":
		known.Succeeded = true
		known.Captured = captured(e.Type, c)
		if known.Captured == 0 && (e.Type == "charge.expired" || c.Amount > 0 && c.AmountRefunded >= c.Amount) {
			known.Released = at
		}
		f.snapshot(e, c, &known)
	}
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

// snapshot keeps the charge's own sum of refunds. Nothing can be refunded that
// was not captured: what it calls so is the release of an authorisation.
func (f *Facts) snapshot(e facts.Event, c facts.Charge, known *Charge) {
	s, v := snapshot{At: e.Created.Unix(), Refund: e.Type == "charge.refunded"}, e.Version()
	released := max(0, c.Amount-known.Captured)
	if known.Captured > 0 {
		s.Sum = c.AmountRefunded
		if v.CountsReleaseAsRefund() && s.Sum >= released {
			s.Sum -= released // less has nothing of it: Stripe lets go of all the rest at once
		}
	}
	known.Sum, known.Old, known.Reversed = s, !v.ReportsEveryRefund(), v.CountsReleaseAsRefund()
	if released > 0 && v.CountsReleaseAsRefund() {
		return // the list may hold the release as a refund
	}
	for _, r := range c.Refunds {
		r.Charge = cmp.Or(r.Charge, c.ID)
		f.refund(e, r)
	}
}

func (f *Facts) refund(e facts.Event, r facts.Refund) {
	f.Currency = cmp.Or(f.Currency, r.Currency)
	known := Refund{
		Charge: r.Charge, Amount: r.Amount, Status: r.Status,
		Reported: e.Type == "refund.created" && e.Version().ReportsEveryRefund(), Real: !e.Version().CountsReleaseAsRefund(),
	}
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
