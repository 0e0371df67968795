package action_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// file stands for a function that files invoices; what it returns decides.
func file(_ context.Context, e *action.Event[facts.Event]) error {
	switch inv := e.Object.Invoice; {
	case inv.Total == 0:
		return action.Skip("nothing to file") // done, nothing is committed
	case inv.Number == "":
		return action.RetryAfter(errors.New("the number is not there yet"), 10*time.Minute)
	case inv.Currency != "eur":
		return action.Permanent(fmt.Errorf("no ledger for %s", inv.Currency)) // parks now
	case inv.Metadata["branch"] == "":
		return errors.New("the branch office does not answer") // retried on the schedule
	}
	e.Outcome("filed")
	return nil // commits
}

// What a function returns decides what becomes of the delivery.
func Example_verdicts() {
	base := stripetest.Object{"total": 4900, "number": "A-1", "currency": "eur", "metadata": stripetest.Object{"branch": "north"}}
	for _, changed := range []stripetest.Object{
		{}, {"total": 0}, {"number": nil}, {"currency": "usd"}, {"metadata": stripetest.Object{}},
	} {
		r := actiontest.New(actiontest.InExample(), file)
		d := r.Post(stripetest.Body("evt_1", "invoice.paid", stripetest.With(base, changed)))
		fmt.Println(d.State, d.Next.Sub(r.Now), d.Outcome+d.Error)
	}
	// Output:
	// done 0s filed
	// done 0s skipped: nothing to file
	// waiting 10m0s the number is not there yet
	// parked 0s no ledger for usd
	// waiting 2.5s the branch office does not answer
}
