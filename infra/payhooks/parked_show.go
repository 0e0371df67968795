package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

func parkedShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show EVENT ACTION", Short: "Show why a delivery is parked or unknown, and what to do", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			x, err := o.Explain(cmd.Context(), event.DeliveryRef{Action: args[1], Event: args[0]})
			if err != nil {
				return err
			}
			if cli.WantsJSON(cmd) {
				return cli.PrintJSON(cmd.OutOrStdout(), x)
			}
			printExplanation(cmd, x)
			return nil
		},
	}
	cli.StackFlag(cmd)
	return cmd
}

func printExplanation(cmd *cobra.Command, x *operator.Explanation) {
	field := func(name string, value any) { cli.Field(cmd.OutOrStdout(), 10, name, value) }
	field("event", x.Event)
	field("type", x.Type)
	field("action", x.Action)
	field("state", x.State)
	field("since", cli.Time(x.Since))
	field("attempts", fmt.Sprintf("%d, the first at %s", x.Attempts, cli.Time(x.First)))
	if x.Reason != "" {
		field("reason", x.Reason)
	}
	if e := x.Unknown; e != nil {
		field("effect", fmt.Sprintf("%s, %s since %s", e.Key, e.State, cli.Time(e.Since)))
	}
	for _, a := range x.History {
		field("failed", strings.TrimSpace(cli.Time(a.At)+"  "+cli.Took(a.Took))+"  "+a.Error)
	}
	field("next step", x.Advice)
}
