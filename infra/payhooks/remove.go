package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/scaffold"
	"github.com/payhooks/payhooks/internal/event"
)

const removeLong = `Take an action out of this project: its folder, its blocks in template.yaml with the
parameters that only they use, and the table that payhooks new made for it. Without
--yes nothing is changed.

Before a deploy without it, its queue has to drain: what is waiting or parked for it
is listed first, for the running local stack or with --stack. After the deploy
reconcile ends what never began as "action removed" and parks the rest. The deployed
table stays, with what is in it.`

func removeCommand() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "remove NAME", Short: "Take an action out of this project", Long: removeLong, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			changes, err := scaffold.Remove(".", args[0])
			if err != nil {
				return err
			}
			left, err := unfinishedOf(cmd, args[0])
			if err != nil {
				return err
			}
			if yes {
				err = scaffold.Write(".", changes)
			}
			return errors.Join(err, printRemoval(cmd, args[0], changes, left, yes))
		},
	}
	cli.YesFlag(cmd, &yes)
	cli.StackFlag(cmd)
	return cmd
}

// unfinishedOf counts the action's deliveries that are not done, by state; nil without a
// stack to ask.
func unfinishedOf(cmd *cobra.Command, action string) (map[event.State]int, error) {
	name, err := cmd.Flags().GetString("stack")
	if err != nil {
		return nil, err
	}
	if _, running := local.Find(cli.DataDir()); name == "" && running != nil {
		return nil, nil //nolint:nilerr // no stack runs
	}
	t, err := cli.Open(cmd)
	if err != nil {
		return nil, err
	}
	left := map[event.State]int{}
	for _, s := range []event.State{event.Waiting, event.Parked, event.Unknown} {
		for d, err := range event.UnfinishedDeliveries(cmd.Context(), t.Tables, s, time.Now().AddDate(100, 0, 0)) {
			if err != nil && !errors.Is(err, event.ErrInvalid) {
				return nil, err
			}
			if d.Action == action {
				left[s]++
			}
		}
	}
	return left, nil
}

func printRemoval(cmd *cobra.Command, name string, changes []scaffold.Change, left map[event.State]int, done bool) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, map[string]any{"action": name, "files": paths(changes), "waiting": left[event.Waiting], "parked": left[event.Parked], "unknown": left[event.Unknown], "removed": done})
	}
	for _, c := range changes {
		cli.Field(out, 8, map[bool]string{true: "deletes", false: "changes"}[c.Text == nil], c.Path)
	}
	if n := left[event.Waiting] + left[event.Parked] + left[event.Unknown]; n > 0 {
		_, _ = fmt.Fprintf(out, "\n%s of %s not done: %d waiting, %d parked, %d unknown. Before you deploy without it, wait until none of them waits (payhooks events list --status waiting), and resolve or discard what payhooks parked --action %s lists\n",
			cli.Count(n, "delivery", "deliveries"), name, left[event.Waiting], left[event.Parked], left[event.Unknown], name)
	}
	what := "would be removed; add --yes"
	if done {
		what = "removed. " + pickedUp(".", "Deploy, or start the local stack again", "The running local stack takes it up; a deployed one with the next deploy")
	}
	_, err := fmt.Fprintf(out, "\n%s\n", what)
	return err
}
