package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/shop/lookup"
)

func importCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "import", Short: "Bring in what Stripe has and no stored event reports"}
	cmd.AddCommand(importSubscriptionsCommand())
	return cmd
}

const importLong = `Bring subscriptions into the access state of which no event came: they are older than
the stack, and so is their last change.

The command lists the subscriptions at Stripe that are not canceled, in each mode that
the stack has an API key for (it may need the permission to read Subscriptions), and
finds those that the access table does not have. Without --yes it counts them and shows
some. With it each is stored as an event that grant-access alone gets; audits count it
as any other, and whatever Stripe reports later replaces it.

A subscription is stored once: the command may be stopped, repeated and run during
live traffic.`

// importFlags are those of import subscriptions.
type importFlags struct {
	cli.ScopeFlags
	rate cli.Rate
	yes  bool
}

func importSubscriptionsCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use: "subscriptions", Short: "Bring subscriptions that are older than the stack into the access state", Long: importLong, Args: cobra.NoArgs,
		Example: "  payhooks import subscriptions\n  payhooks import subscriptions --mode live --yes\n  payhooks import subscriptions --account acct_1NffrFeUfNV2Hib0 --yes",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.Check(); err != nil {
				return err
			}
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			r, err := f.run(cmd, c)
			return errors.Join(f.print(cmd, r), err)
		},
	}
	f.Add(cmd, "only subscriptions")
	cli.RateFlag(cmd, &f.rate)
	cli.YesFlag(cmd, &f.yes)
	cli.StackFlag(cmd)
	return cmd
}

// scopes are those of the stack's own account unless another one is named.
func (f importFlags) scopes() []event.Scope {
	if f.Account == "" {
		f.Account = "own"
	}
	return f.All()
}

func (f importFlags) run(cmd *cobra.Command, c *cli.Target) (access.ImportResult, error) {
	shown := cli.NewProgress(cmd, "subscriptions listed", 0)
	defer shown.End()
	listed := 0
	i := access.Importer{Stripe: lookup.Subscriptions{Client: c.Stripe(), Now: time.Now}, Rows: c.Tables, Progress: func(r access.ImportResult) {
		shown.Note(fmt.Sprintf("%d missing, %d stored", r.Missing, r.Stored))
		shown.Add(r.Listed - listed)
		listed = r.Listed
	}}
	if f.yes {
		store, err := f.store(cmd.Context(), c)
		if err != nil {
			return access.ImportResult{}, err
		}
		i.Store = store
	}
	r, err := i.Run(cmd.Context(), f.scopes())
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped; the same command brings in the rest")
	}
	return r, err
}

// store brings events to grant-access, at the pace.
func (f importFlags) store(ctx context.Context, c *cli.Target) (func(context.Context, event.Scope, [][]byte) (int, error), error) {
	keep, err := c.Retention(ctx)
	if err != nil {
		return nil, err
	}
	imports, err := c.Operator().PlanImports(ctx, "grant-access", keep)
	return func(ctx context.Context, s event.Scope, events [][]byte) (int, error) {
		all := make([]operator.Import, len(events))
		for i, body := range events {
			all[i] = operator.Import{Body: body, Account: s.Account}
		}
		return imports.Run(ctx, operator.Pace{Rate: float64(f.rate)}, all)
	}, err
}

func (f importFlags) print(cmd *cobra.Command, r access.ImportResult) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, r)
	}
	for _, mode := range r.Keyless {
		fmt.Fprintf(out, "no Stripe API key for %s mode: its subscriptions were not listed\n", mode)
	}
	fmt.Fprintf(out, "%s at Stripe, %d of them not in the access table\n", cli.Count(r.Listed, "subscription", "subscriptions"), r.Missing)
	if err := f.sample(cmd, r); err != nil {
		return err
	}
	switch before := r.Missing - r.Stored; {
	case r.DryRun && r.Missing > 0:
		fmt.Fprintf(out, "nothing was changed; --yes brings in %d, %g a second, in %s\n", r.Missing, f.rate, f.rate.Takes(r.Missing))
	case !r.DryRun:
		fmt.Fprintf(out, "%d stored\n", r.Stored)
		if before > 0 {
			fmt.Fprintf(out, "%d stored before and not in the table yet: payhooks parked, or payhooks events list --status waiting, says why\n", before)
		}
	}
	return nil
}

// sample shows some of what a dry run found.
func (f importFlags) sample(cmd *cobra.Command, r access.ImportResult) error {
	if !r.DryRun {
		return nil
	}
	rows := cli.NewRows(cmd, "CUSTOMER", "SUBSCRIPTION", "STATUS", "SCOPE")
	for _, l := range r.Sample {
		if err := rows.Add(l, l.Customer, l.ID, l.Status, l.Text()); err != nil {
			return err
		}
	}
	if err := rows.Flush(""); err != nil {
		return err
	}
	if more := r.Missing - len(r.Sample); more > 0 {
		fmt.Fprintf(cmd.OutOrStdout(), "… and %d more\n", more)
	}
	return nil
}
