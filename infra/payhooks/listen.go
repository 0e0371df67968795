package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/stripecli"
	"github.com/payhooks/payhooks/internal/secret"
)

const listenLong = `Forward the events of your Stripe account in test mode to the running local stack, until Ctrl-C.

Stripe's own CLI does it: stripe listen with the event types that the stack's actions take.
The stack gets the signing secret, which it keeps until STRIPE_WEBHOOK_SECRET changes. The
CLI is the one on the PATH, else npm installs it. Log in first with stripe login, or set
STRIPE_API_KEY to a key of test mode.

Types that have no snapshot come as thin events. With --thin the others come in both forms,
by a second run of the CLI. The stack asks Stripe for what a thin event is about: start it
with STRIPE_API_KEY, too.

Flags after -- are passed to the CLI. stripe events resend evt_… sends an event again.`

// listenFlags are the flags of payhooks listen, and those of the CLI after --.
type listenFlags struct {
	thin, show bool
	cli        []string
}

func listenCommand() *cobra.Command {
	var f listenFlags
	cmd := &cobra.Command{
		Use: "listen [-- FLAG…]", Short: "Forward the events of your Stripe account to the local stack, with Stripe's CLI", Long: listenLong,
		Example: `  payhooks listen --show
  payhooks listen --thin --show
  payhooks listen -- --project-name …`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && cmd.ArgsLenAtDash() != 0 {
				return cli.Usage("unknown argument %q; flags of the Stripe CLI come after --", args[0])
			}
			if f.cli = args; stripecli.Live(os.Getenv("STRIPE_API_KEY"), args) != "" {
				return cli.Usage("%s", stripecli.Live(os.Getenv("STRIPE_API_KEY"), args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	cmd.Flags().BoolVar(&f.thin, "thin", false, "thin events, too, of the types that have snapshots")
	cmd.Flags().BoolVar(&f.show, "show", false, "show what would run, and run nothing")
	return cmd
}

func (f *listenFlags) run(cmd *cobra.Command) error {
	run, err := local.Find(cli.DataDir())
	if err != nil {
		return err
	}
	target, err := cli.OpenLocal(cmd.Context(), run)
	if err != nil {
		return err
	}
	types, err := target.Subscribed(cmd.Context())
	if err != nil {
		return err
	}
	endpoints, err := stripecli.EndpointsOf(run)
	if err != nil {
		return err
	}
	return f.listen(cmd, target, endpoints, stripecli.Routes(types, f.thin, endpoints))
}

// listen shows what runs, and runs it.
func (f *listenFlags) listen(cmd *cobra.Command, t *cli.Target, e stripecli.Endpoints, routes []stripecli.Route) error {
	out := listenOutput{cmd}
	stripe, err := f.find(out)
	if err != nil {
		return err
	}
	if err := out.routes(stripe, routes, f.show); err != nil {
		return err
	}
	if t.FakeStripe != "" && routes[len(routes)-1].Form == stripecli.Thin {
		out.progress("warning: what a thin event is about is asked of the local fake of Stripe, which knows only the snapshots that came: start the stack with STRIPE_API_KEY=rk_test_…")
	}
	if f.show {
		return nil
	}
	err = stripe.HandOver(cmd.Context(), secret.Manager(t.AWS, time.Now), e, func(d time.Duration) {
		out.progress("the stack got the signing secret; waiting %.0f s until it uses it", d.Seconds())
	})
	if err != nil {
		return err
	}
	return stripe.Listen(cmd.Context(), routes, out.line)
}

// find finds the CLI, or has npm install it unless nothing is to run.
func (f *listenFlags) find(out listenOutput) (stripecli.CLI, error) {
	ctx := out.cmd.Context()
	stripe, err := stripecli.OnPath(ctx)
	if errors.Is(err, stripecli.ErrNone) && f.show {
		stripe, err = stripecli.CLI{Path: "stripe"}, nil
	} else if errors.Is(err, stripecli.ErrNone) {
		dir, folder := cli.ProjectDir()
		if folder != nil {
			return stripe, errors.Join(err, folder)
		}
		out.progress("stripe is not on the PATH; npm installs it, unless it did before")
		stripe, err = stripecli.Installed(ctx, filepath.Join(dir, "infra", "local", "stripecli"), slog.New(slog.NewTextHandler(out.cmd.ErrOrStderr(), nil)))
	}
	stripe.Flags = f.cli
	return stripe, err
}
