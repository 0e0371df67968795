package order

import (
	"testing"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// seenIn lays what the customer saw over an object.
func seenIn(currency string, amount int) object {
	return object{"presentment_details": object{"presentment_amount": amount, "presentment_currency": currency}}
}

func asked(currency string, amount int) object {
	return paidIntent(object{"currency": currency, "amount": amount, "amount_received": 0, "status": "requires_payment_method", "latest_charge": nil})
}

func disputed(status, currency string, amount int) object {
	return object{"object": "dispute", "id": "dp_1", "charge": "ch_1", "payment_intent": "pi_1", "status": status, "currency": currency, "amount": amount}
}

func TestMoneyIsInTheCurrencyOfWhatWasPaid(t *testing.T) {
	for _, version := range stripetest.Versions {
		event := func(kind string, after int, o object) facts.Event { return sent(version, kind, after, o) }
		paid := event("payment_intent.succeeded", 60, paidIntent(nil))
		charge := event("charge.succeeded", 60, paidCharge(nil))
		failed := event("charge.failed", 30, paidCharge(object{"id": "ch_0", "currency": "gbp", "status": "failed", "captured": false, "amount_captured": 0}))
		session := event("checkout.session.completed", 60, object{"object": "checkout.session", "id": "cs_1", "mode": "payment", "status": "complete", "payment_status": "paid", "payment_intent": "pi_1", "amount_total": 920, "currency": "eur"})
		for name, c := range map[string]struct {
			events []facts.Event
			want   Order
		}{
			"the intent changed its currency": {
				[]facts.Event{event("payment_intent.created", 0, asked("eur", 777)), paid, charge},
				Order{Status: Paid, Currency: "usd", Amount: 1000, Paid: 1000},
			},
			"it changed and nothing was paid": {
				[]facts.Event{event("payment_intent.created", 0, asked("usd", 1000)), failed, event("payment_intent.canceled", 60, asked("eur", 900))},
				Order{Status: Failed, Currency: "eur", Amount: 900},
			},
			"the event of the success is missing": {
				[]facts.Event{event("payment_intent.created", 0, asked("eur", 777)), charge},
				Order{Status: Paid, Currency: "usd", Amount: 1000, Paid: 1000},
			},
			"an attempt failed in another": {
				[]facts.Event{failed, paid, charge},
				Order{Status: Paid, Currency: "usd", Amount: 1000, Paid: 1000},
			},
			"the session is in the customer's": {
				[]facts.Event{session, paid},
				Order{Status: Paid, Currency: "usd", Amount: 1000, Paid: 1000},
			},
			"only the session is known": {
				[]facts.Event{session},
				Order{Status: Paid, Currency: "eur", Amount: 920, Paid: 920},
			},
			"a dispute and its intent alone": {
				[]facts.Event{event("payment_intent.created", 0, asked("usd", 1000)), event("charge.dispute.created", 60, disputed("needs_response", "jpy", 1500))},
				Order{Status: Disputed, Currency: "usd", Amount: 1000, Paid: 1000, Disputed: 1000},
			},
			"a dispute alone": {
				[]facts.Event{event("charge.dispute.closed", 60, disputed("lost", "jpy", 1500))},
				Order{Status: Lost, Currency: "jpy", Paid: 1500, Lost: 1500},
			},
			"a refund alone": {
				[]facts.Event{event("refund.created", 60, object{"object": "refund", "id": "re_1", "charge": "ch_1", "payment_intent": "pi_1", "amount": 400, "currency": "usd", "status": "succeeded"})},
				Order{Status: Refunded, Currency: "usd", Paid: 400, Refunded: 400},
			},
		} {
			t.Run(string(version)+" "+name, func(t *testing.T) {
				c.want.Order = "pi_1"
				listed(t, c.events, c.want)
			})
		}
	}
}

func TestADisputeTakesNoMoreThanWasLeft(t *testing.T) {
	paid := sent(today, "charge.succeeded", 0, paidCharge(nil))
	seen := sent(today, "charge.succeeded", 0, paidCharge(seenIn("eur", 920)))
	back := sent(today, "refund.created", 60, object{"object": "refund", "id": "re_1", "charge": "ch_1", "payment_intent": "pi_1", "amount": 400, "currency": "usd", "status": "succeeded", "created": stripetest.Noon.Unix() + 60})
	for name, c := range map[string]struct {
		events   []facts.Event
		currency string
		amount   int
		open     Order
		lost     Order
	}{
		"above the charge":              {[]facts.Event{paid}, "usd", 1050, Order{Status: Disputed, Disputed: 1050}, Order{Status: Lost, Lost: 1000}},
		"above what is left":            {[]facts.Event{paid, back}, "usd", 1000, Order{Status: Disputed, Refunded: 400, Disputed: 1000}, Order{Status: Lost, Refunded: 400, Lost: 600}},
		"below it":                      {[]facts.Event{paid, back}, "usd", 500, Order{Status: Disputed, Refunded: 400, Disputed: 500}, Order{Status: PartiallyRefunded, Refunded: 400, Lost: 500}},
		"in another currency":           {[]facts.Event{paid, back}, "jpy", 9, Order{Status: Disputed, Refunded: 400, Disputed: 1000}, Order{Status: Lost, Refunded: 400, Lost: 600}},
		"in the customer's, all":        {[]facts.Event{seen}, "eur", 920, Order{Status: Disputed, Disputed: 1000}, Order{Status: Lost, Lost: 1000}},
		"in the customer's, half":       {[]facts.Event{seen}, "eur", 460, Order{Status: Disputed, Disputed: 500}, Order{Status: PartiallyRefunded, Lost: 500}},
		"in neither":                    {[]facts.Event{seen}, "gbp", 460, Order{Status: Disputed, Disputed: 1000}, Order{Status: Lost, Lost: 1000}},
		"in the customer's, by session": {[]facts.Event{paid, sent(today, "checkout.session.completed", 0, stripetest.With(object{"object": "checkout.session", "id": "cs_1", "mode": "payment", "payment_status": "paid", "payment_intent": "pi_1", "amount_total": 1000, "currency": "usd"}, seenIn("eur", 920)))}, "eur", 92, Order{Status: Disputed, Disputed: 100}, Order{Status: PartiallyRefunded, Lost: 100}},
	} {
		t.Run(name, func(t *testing.T) {
			for status, want := range map[string]Order{"needs_response": c.open, "lost": c.lost} {
				want.Order, want.Currency, want.Amount, want.Paid = "pi_1", "usd", 1000, 1000
				listed(t, append(c.events[:len(c.events):len(c.events)], sent(today, "charge.dispute.updated", 90, disputed(status, c.currency, c.amount))), want)
			}
		})
	}
}
