package action_test

import (
	"context"
	"fmt"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// thanks sends a parcel and a card to each new customer; cards are out of print.
type thanks struct{ cards bool }

func (t *thanks) send(ctx context.Context, e *action.Event[facts.Event]) error {
	_, err := action.Outside(ctx, e, "parcel/"+e.Object.Customer.ID, func(context.Context) (string, error) {
		fmt.Println("send a parcel")
		return "parcel-7", nil
	})
	if err != nil {
		return err
	}
	e.Outcome("sent a parcel")
	_, err = action.Outside(ctx, e, "card/"+e.Object.Customer.ID, func(context.Context) (string, error) {
		if !t.cards {
			return "", action.Skip("no cards")
		}
		fmt.Println("send a card")
		return "card-1", nil
	})
	return err
}

// One of two effects is withheld. The delivery is done and says so; when an operator
// asks again, only what was withheld happens.
func ExampleSkip() {
	t := &thanks{}
	r := actiontest.New(actiontest.InExample(), t.send)
	d := r.Post(stripetest.Body("evt_1", "customer.created", stripetest.Object{"id": "cus_1"}))
	fmt.Println(d.State, d.Withheld, d.Outcome)

	t.cards = true
	d = r.DeliverStale("evt_1") // payhooks replay evt_1 --again
	fmt.Println(d.State, d.Withheld, d.Outcome)
	// Output:
	// send a parcel
	// done true sent a parcel, card/cus_1 skipped: no cards
	// send a card
	// done false sent a parcel
}
