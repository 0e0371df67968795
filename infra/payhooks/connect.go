package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/operator"
)

const connectLong = `Register the stack at Stripe: create an endpoint for exactly the event types that its
actions take, store its signing secret, and send a test event. Without --yes nothing is
changed. An endpoint that has the URL already is given the types instead.

--roll   replaces the endpoint by one with another secret, and loses no event. It takes
         about a minute, and goes on where it was stopped.
--check  compares what is registered with the stack's types, version, status, URL and
         secret. Exit code 1 if anything differs.

It needs a key that may write webhook endpoints and event destinations: STRIPE_API_KEY,
else the stack's own. The test event is a ping where Stripe has one; for an endpoint of
snapshots a product, customer or payment intent is made in test mode and removed again.
In live mode nothing is made: the first event of a customer shows that it works.`

type connectFlags struct {
	cli.Connection
	check, roll, yes bool
}

func connectCommand() *cobra.Command {
	var f connectFlags
	cmd := &cobra.Command{
		Use: "connect", Short: "Register the stack at Stripe, roll its secret, or check what is registered", Long: connectLong, Args: cobra.NoArgs,
		Example: "  payhooks connect\n  payhooks connect --thin\n" +
			"  payhooks connect --url https://shop.example.com --yes --stack payhooks\n" +
			"  payhooks connect --eventbridge --yes --stack payhooks\n" +
			"  payhooks connect --roll --yes --stack payhooks\n" +
			"  payhooks connect --check --stack payhooks",
		PreRunE: func(cmd *cobra.Command, _ []string) error { return f.usage(cmd) },
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.URL, "url", "", "where Stripe reaches the stack, https://… (default: the deployed API)")
	flags.StringVar(&f.Endpoint, "endpoint", "default", "the endpoint of /webhooks/{endpoint}")
	flags.BoolVar(&f.Thin, "thin", false, "thin events instead of snapshots")
	flags.BoolVar(&f.EventBridge, "eventbridge", false, "deliver to EventBridge in the stack's AWS account instead of a URL")
	flags.StringVar(&f.Version, "api-version", events.Go, "API version in which Stripe renders snapshots")
	flags.BoolVar(&f.check, "check", false, "only compare what is registered with the stack")
	flags.BoolVar(&f.roll, "roll", false, "change the signing secret")
	cli.YesFlag(cmd, &f.yes)
	cli.StackFlag(cmd)
	return cmd
}

// usage finds flags that do not go together.
func (f *connectFlags) usage(cmd *cobra.Command) error {
	switch given := cmd.Flags().Changed; {
	case f.check && (f.roll || f.yes):
		return cli.Usage("--check changes nothing: leave out --roll and --yes")
	case f.EventBridge && (given("url") || f.roll):
		return cli.Usage("an EventBridge destination has neither a URL nor a secret: leave out --url and --roll")
	case f.Thin && given("api-version"):
		return cli.Usage("a thin event has no version: leave out --api-version")
	case f.EventBridge && !given("endpoint"):
		f.Endpoint = ingest.EventBridgeEndpoint
	}
	return nil
}

func (f *connectFlags) run(cmd *cobra.Command) error {
	t, err := cli.Open(cmd)
	if err != nil {
		return err
	}
	c, err := t.Connect(cmd.Context(), f.Connection)
	if err != nil {
		return err
	}
	c.Progress = func(text string) {
		if !cli.WantsJSON(cmd) {
			_, _ = fmt.Fprintln(cmd.ErrOrStderr(), cli.Line(text)+" …")
		}
	}
	r, err := f.do(cmd.Context(), c)
	for i, next := range r.Next {
		r.Next[i] = forStack(next, t)
	}
	parameters, deploy := []string(nil), ""
	if err == nil {
		parameters, deploy = c.Deploy(cmd.Context(), r.Source)
	}
	if r.Mode != "" {
		err = errors.Join(printConnect(cmd, connected{r, parameters, deploy, t.FakeStripe != ""}), err)
	}
	if err == nil && f.check && len(r.Differences) > 0 {
		err = fmt.Errorf("%s", cli.Count(len(r.Differences), "difference", "differences"))
	}
	return err
}

func (f *connectFlags) do(ctx context.Context, c *cli.Connected) (operator.ConnectResult, error) {
	switch {
	case f.check:
		r, err := c.Compare(ctx, c.Want)
		if err == nil && f.EventBridge && len(r.Differences) == 0 {
			err = c.Ping(ctx, c.Want, &r)
		}
		return r, err
	case f.roll:
		return c.Roll(ctx, c.Want, f.yes)
	}
	return c.Connect(ctx, c.Want, f.yes)
}
