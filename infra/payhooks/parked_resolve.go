package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

const resolveLong = `Record whether an external effect of unknown outcome happened.

First look where it would have happened (the mailbox, the other system).
--happened records it: the action continues after it and never repeats it, with
what it returned in --result, or with --no-result if it uses nothing of that.
--did-not-happen lets the action do it again.

With EVENT ACTION it acts at once, and a result that was recorded wrong can be
corrected so until the action has committed: --happened with another --result.
With --action, --reason, --all or EVENT alone it shows what it would do with all
unknown deliveries of that, and does it with --yes.`

// resolveFlags are those of parked resolve.
type resolveFlags struct {
	deliveryFlags
	operator.Resolution
	not, yes bool
	result   string
	rate     cli.Rate
}

func parkedResolveCommand() *cobra.Command {
	var f resolveFlags
	cmd := &cobra.Command{
		Use: "resolve [EVENT [ACTION]]", Short: "Record whether an effect happened, then retry the delivery", Long: resolveLong, Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			which, err := f.selection(args)
			if err == nil {
				err = f.check(len(args) == 2)
			}
			if err != nil {
				return err
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			if len(args) == 2 {
				return f.one(cmd, o, which)
			}
			return f.many(cmd, o, which)
		},
	}
	f.flags(cmd)
	return cmd
}

func (f *resolveFlags) flags(cmd *cobra.Command) {
	f.add(cmd, "every unknown delivery")
	f.addReason(cmd, "reason")
	cmd.Flags().BoolVar(&f.Happened, "happened", false, "it happened: never do it again")
	cmd.Flags().BoolVar(&f.not, "did-not-happen", false, "it did not happen: do it")
	cmd.Flags().StringVar(&f.result, "result", "", "what the effect returned, as JSON")
	cmd.Flags().BoolVar(&f.NoResult, "no-result", false, "the action uses nothing of what the effect returned")
	cmd.Flags().StringVar(&f.Key, "effect", "", "the key of the effect, to correct its result if there are several")
	cmd.Flags().BoolVar(&f.Stale, "stale", false, "send the mail also if it is too old")
	cli.YesFlag(cmd, &f.yes)
	cli.RateFlag(cmd, &f.rate)
	cli.StackFlag(cmd)
}

// check finds mistakes of the command line before anything is read.
func (f *resolveFlags) check(one bool) error {
	switch {
	case f.Happened == f.not:
		return cli.Usage("use exactly one of --happened and --did-not-happen")
	case f.result != "" && (f.not || !json.Valid([]byte(f.result))):
		return cli.Usage("--result must be JSON, as '{\"ID\":\"contact-7\"}' or '\"contact-7\"', and needs --happened")
	case f.NoResult && (f.not || f.result != ""):
		return cli.Usage("--no-result needs --happened, and no --result")
	case !one && (f.result != "" || f.Key != ""):
		return cli.Usage("--result and --effect are for one delivery: name it with EVENT ACTION")
	case !one && f.Happened && !f.NoResult:
		return cli.Usage("--happened of several deliveries needs --no-result; one that needs its result is resolved with EVENT ACTION --happened --result JSON")
	}
	if f.result != "" {
		f.Result = json.RawMessage(f.result)
	}
	return nil
}

func (f *resolveFlags) one(cmd *cobra.Command, o *operator.Operator, which operator.Deliveries) error {
	f.DeliveryRef = event.DeliveryRef{Action: which.Action, Event: which.Event}
	done, err := o.Resolve(cmd.Context(), f.Resolution)
	var needed *operator.ResultNeededError
	if errors.As(err, &needed) {
		return cli.Usage("%w", err)
	}
	if err != nil {
		return err
	}
	return printResolved(cmd, f.Resolution, done)
}

func (f *resolveFlags) many(cmd *cobra.Command, o *operator.Operator, which operator.Deliveries) error {
	plan, err := o.PlanResolve(cmd.Context(), operator.Resolutions{Deliveries: which, Happened: f.Happened, Stale: f.Stale})
	if err != nil {
		return err
	}
	if !f.yes || len(plan.Selected) == 0 {
		return errors.Join(f.printPlan(cmd, plan.DryRun()), plan.Unreadable)
	}
	return errors.Join(retry(cmd, plan, f.rate, "resolved"), plan.Unreadable)
}

func (f *resolveFlags) printPlan(cmd *cobra.Command, r operator.RetryResult) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, r)
	}
	err := printItems(cmd, r.Sample, "nothing of that is unknown")
	if err == nil && r.Selected > 0 {
		what := "as not happened, and the action does them"
		if f.Happened {
			what = "as happened, and the action continues without a result"
		}
		_, err = fmt.Fprintf(out, "\nwould resolve %s %s, %g a second, in %s; add --yes\n", deliveries(r.Selected), what, f.rate, f.rate.Takes(r.Selected))
	}
	return err
}

func printResolved(cmd *cobra.Command, f operator.Resolution, r operator.Resolved) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, map[string]any{"event": f.Event, "action": f.Action, "effect": r.Key, "state": r.State, "sent": 1})
	}
	_, err := fmt.Fprintf(out, "%s is recorded as %s; %s continues with %s\n", cli.Line(r.Key), r.State, f.Action, cli.Line(f.Event))
	if err == nil && f.Happened {
		_, err = fmt.Fprintf(out, "to correct its result: payhooks parked resolve %s %s --effect '%s' --happened --result JSON\n", cli.Line(f.Event), f.Action, cli.Line(r.Key))
	}
	return err
}
