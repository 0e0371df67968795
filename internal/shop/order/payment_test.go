package order

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

type object = stripetest.Object

// newPayment is a payment of 1000 euro cents; a minute passes after each step.
func newPayment(version facts.Version) *stripetest.Payment {
	l := stripetest.New(version)
	l.After = time.Minute
	return l.Payment(stripetest.Payment{Currency: "eur"})
}

// alone makes it a charge without an intent.
func alone(p *stripetest.Payment, amount int64) *stripetest.Payment {
	p.NoIntent, p.Amount = true, amount
	return p
}

func views(p *stripetest.Payment) []facts.Event { return p.Life.Views() }

// add adds an event about the object as it is.
func add(p *stripetest.Payment, kind string, o object) {
	p.Life.Add(stripetest.Event{Type: kind, Object: o})
}

// invoice is one of B-2 that is paid, with nothing but the fields.
func invoice(p *stripetest.Payment, fields object) {
	o := object{"object": "invoice", "id": "in_1", "status": "paid", "currency": "eur", "metadata": object{"order_id": "B-2"}}
	add(p, "invoice.paid", stripetest.With(o, fields))
}

func wantRefunded(t *testing.T, p *stripetest.Payment, status string, sum int64) {
	t.Helper()
	if o := merge(views(p)); o.Status != status || o.Refunded != sum {
		t.Errorf("order is %s with %d refunded, want %s with %d", o.Status, o.Refunded, status, sum)
	}
}
