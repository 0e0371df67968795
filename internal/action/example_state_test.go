package action_test

import (
	"context"
	"fmt"
	"maps"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// customer is the row of one customer: what each payment brought.
type customer struct {
	Paid map[string]int64 `json:"paid"`
}

// remember adds a payment to the set of its customer's. A set is the same in whatever
// order the events come; a sum would be right only if each payment had one event.
func remember(_ context.Context, e *action.Event[facts.Event]) error {
	paid := e.Object.PaymentIntent
	if paid.Customer == "" {
		return action.Skip("a guest")
	}
	return action.Update(e, "customers", "customer", paid.Customer, func(old customer) (customer, error) {
		next := customer{Paid: map[string]int64{paid.ID: paid.AmountReceived}}
		maps.Copy(next.Paid, old.Paid)
		return next, nil
	})
}

// State: each event changes its row once, in the transaction of its delivery record,
// however often and in whatever order the events come.
func ExampleUpdate() {
	r := actiontest.New(actiontest.InExample(), remember)
	payment := func(event, id string, amount int64) []byte {
		return stripetest.Body(event, "payment_intent.succeeded", stripetest.Object{"id": id, "customer": "cus_1", "amount_received": amount})
	}
	r.Post(payment("evt_2", "pi_2", 1200))
	r.Post(payment("evt_1", "pi_1", 4900))
	d := r.Deliver("evt_1") // the queue delivers it once more
	fmt.Println(d.State, "after", d.Attempts, "attempt")

	var row customer
	r.State("customers", "customer", "cus_1", &row)
	fmt.Println(row.Paid)
	// Output:
	// done after 1 attempt
	// map[pi_1:4900 pi_2:1200]
}
