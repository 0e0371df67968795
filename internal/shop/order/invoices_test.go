package order

import (
	"testing"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// paidInvoice is in_1 of 1000, paid, with the fields.
func paidInvoice(fields object) object {
	return stripetest.With(object{
		"object": "invoice", "id": "in_1", "status": "paid", "currency": "usd", "total": 1000, "amount_due": 0, "amount_paid": 0,
		"starting_balance": 0, "ending_balance": 0, "pre_payment_credit_notes_amount": 0,
	}, fields)
}

// What was not paid is not an order, whatever the invoice's status says.
func TestInvoiceIsAnOrderForWhatWasPaidBesideStripe(t *testing.T) {
	for name, c := range map[string]struct {
		fields object
		paid   int64
	}{
		"below the smallest charge":           {object{"total": 30, "ending_balance": 30}, 0},
		"below it, with older debt":           {object{"total": 30, "starting_balance": 10, "ending_balance": 40}, 0},
		"credited before payment":             {object{"pre_payment_credit_notes_amount": 1000}, 0},
		"credited, the balance untouched":     {object{"pre_payment_credit_notes_amount": 1000, "starting_balance": -500, "ending_balance": -500}, 0},
		"over nothing":                        {object{"total": 0}, 0},
		"negative, added to the balance":      {object{"total": -500, "ending_balance": -500}, 0},
		"paid through Stripe":                 {object{"amount_due": 1000, "amount_paid": 1000}, 0},
		"through Stripe, a part from balance": {object{"amount_due": 600, "amount_paid": 600, "starting_balance": -400}, 0},
		"from the balance":                    {object{"starting_balance": -1000}, 1000},
		"from a larger balance":               {object{"starting_balance": -5000, "ending_balance": -4000}, 1000},
		"from the balance, which turned":      {object{"total": 430, "starting_balance": -400, "ending_balance": 30}, 400},
		"balance and credit note":             {object{"pre_payment_credit_notes_amount": 600, "starting_balance": -400}, 400},
		"more off the balance than its total": {object{"starting_balance": -1500}, 1000},
		"without balances":                    {object{"starting_balance": nil, "ending_balance": nil}, 1000},
		"credited, without balances":          {object{"starting_balance": nil, "ending_balance": nil, "pre_payment_credit_notes_amount": 1000}, 0},
		"outside Stripe":                      {object{"amount_due": 1000, "amount_paid": 1000, "paid_out_of_band": true}, 1000},
		"outside Stripe after a credit note":  {object{"amount_due": 700, "amount_paid": 700, "pre_payment_credit_notes_amount": 300, "paid_out_of_band": true}, 700},
		"outside Stripe after the balance":    {object{"amount_due": 600, "amount_paid": 600, "starting_balance": -400, "paid_out_of_band": true}, 600},
		"outside Stripe, with nothing due":    {object{"pre_payment_credit_notes_amount": 1000, "paid_out_of_band": true}, 0},
	} {
		for _, version := range stripetest.Versions {
			t.Run(name+" in "+string(version), func(t *testing.T) {
				i := paidInvoice(c.fields)
				es := []facts.Event{sent(version, "invoice.paid", 0, i), sent(version, "invoice.payment_succeeded", 0, i)}
				if c.paid == 0 {
					listed(t, es)
					return
				}
				total, _ := i["total"].(int)
				listed(t, es, Order{Order: "in_1", Status: Paid, Currency: "usd", Amount: int64(total), Paid: c.paid})
			})
		}
	}
}
