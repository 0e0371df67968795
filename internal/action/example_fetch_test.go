package action_test

import (
	"context"
	"fmt"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// price converts a payment at the rate of its day, which another service has.
func price(rate func(context.Context) (float64, error)) action.Function[facts.Event] {
	return func(ctx context.Context, e *action.Event[facts.Event]) error {
		day := e.Created.Format("2006-01-02")
		r, err := action.Fetch(ctx, e, "rate/"+day, rate)
		if err != nil {
			return err // nothing happened: it is retried
		}
		return action.Update(e, "prices", "payment", e.Object.PaymentIntent.ID, func(map[string]float64) (map[string]float64, error) {
			return map[string]float64{"rate": r}, nil
		})
	}
}

// The first answer is kept under the key: another event, a retry and an audit get the
// same, whatever the service says by then.
func ExampleFetch() {
	now := 1.08
	r := actiontest.New(actiontest.InExample(), price(func(context.Context) (float64, error) { return now, nil }))
	r.Post(stripetest.Body("evt_1", "payment_intent.succeeded", stripetest.Object{"id": "pi_1"}))
	now = 1.17
	r.Post(stripetest.Body("evt_2", "payment_intent.succeeded", stripetest.Object{"id": "pi_2"}))
	for _, id := range []string{"pi_1", "pi_2"} {
		var row map[string]float64
		r.State("prices", "payment", id, &row)
		fmt.Println(id, row["rate"])
	}
	// Output:
	// pi_1 1.08
	// pi_2 1.08
}
