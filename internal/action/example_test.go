package action_test

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// An action with two external effects. The label printer is down at the first
// attempt; the second continues after the parcel that was booked already, with
// its number.
func ExampleOutside() {
	printer := fmt.Errorf("printer is down")
	ship := func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
		parcel, err := action.Outside(ctx, e, "parcel/"+e.Object.ID, func(context.Context) (string, error) {
			fmt.Println("book a parcel")
			return "parcel-7", nil
		})
		if err != nil {
			return err
		}
		_, err = action.Outside(ctx, e, "label/"+e.Object.ID, func(context.Context) (bool, error) {
			if printer != nil {
				return false, action.NotSent(printer) // nothing was printed
			}
			fmt.Println("print the label of", parcel)
			return true, nil
		})
		return err
	}

	h, now := exampleHandler(ship)
	d, _ := h.Deliver(context.Background(), "evt_1", false)
	fmt.Println(d.State, d.Error)

	printer, *now = nil, d.Next
	d, _ = h.Deliver(context.Background(), "evt_1", true)
	fmt.Println(d.State, d.Attempts)
	// Output:
	// book a parcel
	// waiting printer is down
	// print the label of parcel-7
	// done 2
}

// An action that keeps a row of state. The transition is pure; the harness
// commits it once with the delivery record, however often the event arrives.
func ExampleUpdate() {
	type customer struct {
		Payments int   `json:"payments"`
		Spent    int64 `json:"spent"`
	}
	remember := func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error {
		return action.Update(e, "customers", "customer", e.Customer, func(c customer) (customer, error) {
			c.Payments++
			c.Spent += e.Object.AmountReceived
			return c, nil
		})
	}

	h, _ := exampleHandler(remember)
	for range 3 {
		_, _ = h.Deliver(context.Background(), "evt_1", false)
	}
	row, _ := h.Ledger.Load(context.Background(), "customers", "test/own/customer/cus_1")
	fmt.Println(string(row.Data))
	// Output: {"payments":1,"spent":4900}
}

// exampleHandler has one stored event and a clock.
func exampleHandler(fn func(context.Context, *action.Event[stripe.PaymentIntent]) error) (*delivery.Handler, *time.Time) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	store := memory.New()
	h := action.New(fn)
	h.Action, h.Store, h.Ledger = "example", store, store
	h.Now = func() time.Time { return now }
	h.Rand = func() float64 { return 0.5 }
	h.Owner = func() string { return now.String() }
	h.Log = slog.New(slog.DiscardHandler)
	_, _ = store.Put(context.Background(), event.Event{
		Facts: event.Facts{ID: "evt_1", Type: "payment_intent.succeeded", Created: now, Received: now, Customer: "cus_1", APIVersion: stripe.APIVersion, ObjectType: "payment_intent"},
		Body:  []byte(`{"data":{"object":{"id":"pi_1","object":"payment_intent","amount_received":4900}}}`),
	}, now.Add(time.Hour))
	return h, &now
}
