package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

// erasers are what businesses keep of a customer who is erased; see shop.go.
var erasers []operator.Eraser

const eraseLong = `Remove a customer's data: the events that name the customer or are about the same
payments, in every form; requests in the quarantine; results, outcomes, errors and
history of deliveries and effects; the customer's rows of state; mails, notices and
text messages of a local stack. Without --yes nothing is changed.

What stays: the id, type and time of each event, so that neither Stripe's retries nor
reconcile bring it back; the keys of effects, so that none is repeated; amounts and
Stripe's ids in orders and books; who erased, why and when, under a digest of the
customer's id. An event that arrives later is stored: delete the customer at Stripe
first. Events of a guest name no customer and are not found.

Point-in-time recovery can bring the tables back as they were for 35 days: after
payhooks restore, run erase again. Messages in queues have ids, no bodies, for up to
14 days; log lines for 30.

It reads the tables of events and deliveries whole: for a million events of 2.5 KB
with seven deliveries each 1.2 million read units, 0.15 dollars in us-east-1.`

func eraseCommand() *cobra.Command {
	var e operator.Erase
	var scope cli.ScopeFlags
	var yes bool
	var reason string
	cmd := &cobra.Command{
		Use: "erase --customer ID", Short: "Remove a person's data", Long: eraseLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(scope.Check(), checkCustomer(e.Customer)); err != nil {
				return err
			}
			if e.By = cli.DecidedBy(reason); scope.Set() {
				e.Scope = scope.Matches
			}
			return erase(cmd, e, yes)
		},
	}
	cmd.Flags().StringVar(&e.Customer, "customer", "", "the customer's id at Stripe, cus_…")
	cmd.Flags().StringVar(&reason, "reason", "", "why; kept with the record")
	scope.Add(cmd, "only what is")
	cli.YesFlag(cmd, &yes)
	cli.StackFlag(cmd)
	cmd.AddCommand(eraseListCommand())
	return cmd
}

func checkCustomer(id string) error {
	switch {
	case id == "":
		return cli.Usage("name the customer: payhooks erase --customer cus_…")
	case !strings.HasPrefix(id, "cus_"):
		return cli.Usage("--customer %q: expected an id of Stripe's, cus_…", id)
	}
	return nil
}

func erase(cmd *cobra.Command, e operator.Erase, yes bool) error {
	t, err := cli.Open(cmd)
	if err != nil {
		return err
	}
	o := t.Operator()
	o.Erasers = erasers
	if t.Local != nil {
		o.Mailbox = cli.Mailbox{Target: t}
	}
	p := cli.NewProgress(cmd, "items read", 0)
	plan, err := o.PlanErase(cmd.Context(), e, p.Add)
	p.End()
	if err != nil {
		return err
	}
	if !yes {
		r, err := plan.DryRun(cmd.Context())
		return errors.Join(err, printErasure(cmd, r, false), plan.Unreadable)
	}
	p = cli.NewProgress(cmd, "items erased", plan.Steps())
	r, err := plan.Run(cmd.Context(), p.Add)
	p.End()
	if err != nil {
		return errors.Join(fmt.Errorf("not everything is erased; the same command does the rest: %w", err), plan.Unreadable)
	}
	return errors.Join(printErasure(cmd, r, true), plan.Unreadable)
}

func printErasure(cmd *cobra.Command, r operator.EraseResult, done bool) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, r)
	}
	for _, f := range []struct {
		name  string
		value int
	}{
		{"events", r.Events},
		{"renderings", r.Renderings},
		{"quarantined", r.Quarantined},
		{"deliveries", r.Deliveries},
		{"effects", r.Effects},
		{"rows", r.Rows},
		{"mails", r.Mails},
	} {
		cli.Field(out, 12, f.name, f.value)
	}
	if r.Kept > 0 {
		cli.Field(out, 12, "kept", cli.Count(r.Kept, "row", "rows")+" of payments without the person")
	}
	if len(r.Others) > 0 {
		cli.Field(out, 12, "left", "events of other customers that name this one: "+strings.Join(r.Others, ", "))
	}
	for _, b := range r.Before {
		cli.Field(out, 12, "before", cli.Time(b.At)+" by "+b.By)
	}
	what := "would be erased; add --yes"
	if done {
		what = "erased. Point-in-time recovery has it until " + r.Recovery.Format(time.DateOnly) + ": after a restore, erase again"
	}
	_, err := fmt.Fprintf(out, "\n%s\n", what)
	return err
}

func eraseListCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List who erased what and when", Args: cobra.NoArgs,
		Long: "List the erasures, the first one first. DIGEST is the SHA-256 of the customer's id: who has the id can find\nits erasures with payhooks erase --customer.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			all, err := o.Erasures(cmd.Context(), "")
			if err != nil {
				return err
			}
			out := cli.NewRows(cmd, "AT", "BY", "EVENTS", "ROWS", "MAILS", "DIGEST")
			for _, e := range all {
				if err := out.Add(e, cli.Time(e.At), out.Text(e.By, 60), e.Events, e.Rows, e.Mails, e.Digest[:12]); err != nil {
					return err
				}
			}
			return out.Flush("nothing was erased")
		},
	}
	cli.StackFlag(cmd)
	return cmd
}
