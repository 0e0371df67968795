package action_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// inviter is the function under test; send is what it needs of the world.
type inviter struct {
	send func(ctx context.Context, customer string) (string, error)
}

func (i inviter) invite(ctx context.Context, e *action.Event[facts.Event]) error {
	customer := e.Object.Customer.ID
	_, err := action.Outside(ctx, e, "invite/"+customer, func(ctx context.Context) (string, error) {
		return i.send(ctx, customer)
	})
	return err
}

// The test of an action. In functions/invite/handle_test.go its body is that of
// func TestInvite(t *testing.T), with t for InExample and t.Errorf for fmt.Println.
func Example_unitTest() {
	t := actiontest.InExample()
	sent, answer := 0, error(nil)
	i := inviter{func(context.Context, string) (string, error) { sent++; return "invitation-1", answer }}
	body := stripetest.Body("evt_1", "customer.created", stripetest.Object{"id": "cus_1"})

	r := actiontest.New(t, i.invite)
	d := r.Post(body)                // as ingest stores it and the queue delivers it
	d = r.Deliver(d.Event)           // the queue delivers it twice: nothing happens
	sure := r.Effect("invite/cus_1") // the record of the effect
	fmt.Println(d.State == event.Done, sent == 1, sure.State == event.EffectDone)

	answer = errors.New("no answer") // anything that is not certain
	r = actiontest.New(t, i.invite)
	d = r.Post(body)
	fmt.Println(d.State == event.Unknown, d.Error)

	answer = action.NotSent(errors.New("connection refused")) // certain: it did not happen
	r = actiontest.New(t, i.invite)
	d = r.Post(body)
	fmt.Println(d.State == event.Waiting, d.Error)

	answer, r.Now = nil, d.Next // the clock is the test's
	fmt.Println(r.Deliver(d.Event).State == event.Done)
	// Output:
	// true true true
	// true invite/cus_1: outcome unknown: no answer
	// true connection refused
	// true
}
