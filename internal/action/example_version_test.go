package action_test

import (
	"context"
	"fmt"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// typed reads subscriptions as stripe-go v76 has them: API version 2023-10-16 only.
func typed(_ context.Context, e *action.Event[stripe.Subscription]) error {
	e.Outcome(string(e.Object.Status) + " in " + e.APIVersion)
	return nil
}

// untyped reads what the pipeline reads of an event, in every API version.
func untyped(_ context.Context, e *action.Event[facts.Event]) error {
	e.Outcome(e.Object.Subscription.Status + " in " + e.APIVersion)
	return nil
}

// A function with a type of stripe-go gets events in that API version and parks others,
// which would decode to wrong zeros. One with facts.Event gets all.
func ExampleEvent() {
	for _, version := range stripetest.Versions {
		body := stripetest.Event{
			Type: "customer.subscription.deleted", Version: version,
			Object: stripetest.Sample("customer.subscription.deleted", version, nil),
		}.Body()
		d := actiontest.New(actiontest.InExample(), typed).Post(body)
		fmt.Println("typed:", d.State, d.Outcome+d.Error)
		d = actiontest.New(actiontest.InExample(), untyped).Post(body)
		fmt.Println("facts:", d.State, d.Outcome+d.Error)
	}
	// Output:
	// typed: done canceled in 2023-10-16
	// facts: done canceled in 2023-10-16
	// typed: parked event is rendered in API version "2026-08-26.dahlia" and this action reads "2023-10-16": set the endpoint's version, read package facts, or start with action.AnyVersion
	// facts: done canceled in 2026-08-26.dahlia
}
