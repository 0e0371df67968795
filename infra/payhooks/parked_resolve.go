package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

const resolveLong = `Record whether an external effect of unknown outcome happened.

First look where it would have happened (the mailbox, the other system).
--happened records it: the action continues after it and never repeats it.
--did-not-happen lets the action do it again.`

func parkedResolveCommand() *cobra.Command {
	var r operator.Resolution
	var not bool
	var result string
	cmd := &cobra.Command{
		Use: "resolve EVENT ACTION", Short: "Record whether an effect happened, then retry the delivery", Long: resolveLong, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if r.Happened == not {
				return cli.Usage("use exactly one of --happened and --did-not-happen")
			}
			if result != "" {
				if r.Result = json.RawMessage(result); not || !json.Valid(r.Result) {
					return cli.Usage("--result must be JSON and needs --happened")
				}
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			r.DeliveryRef = event.DeliveryRef{Action: args[1], Event: args[0]}
			done, err := o.Resolve(cmd.Context(), r)
			if err != nil {
				return err
			}
			return printResolved(cmd, r.DeliveryRef, done)
		},
	}
	cmd.Flags().BoolVar(&r.Happened, "happened", false, "it happened: never do it again")
	cmd.Flags().BoolVar(&not, "did-not-happen", false, "it did not happen: do it")
	cmd.Flags().StringVar(&result, "result", "", "what the effect returned, as JSON, if the action needs it")
	cmd.Flags().BoolVar(&r.Stale, "stale", false, "send the mail also if it is too old")
	cli.StackFlag(cmd)
	return cmd
}

func printResolved(cmd *cobra.Command, ref event.DeliveryRef, r operator.Resolved) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, map[string]any{"event": ref.Event, "action": ref.Action, "effect": r.Key, "state": r.State, "sent": 1})
	}
	_, err := fmt.Fprintf(out, "%s is recorded as %s; %s continues with %s\n", cli.Line(r.Key), r.State, ref.Action, cli.Line(ref.Event))
	return err
}
