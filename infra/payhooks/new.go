package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/check"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/scaffold"
)

const newLong = `Add an action: its folder with the function, a test and samples, its blocks in
template.yaml, and with --state a table in infra/data.yaml. Then its test runs, and
make validate's own check.

The function reads events of every API version and thin ones. With --effect http it
posts to the address in a parameter, with --effect mail it mails the team; each at
most once per event. Nothing is written if anything is wrong.`

func newCommand() *cobra.Command {
	var a scaffold.Action
	var types []string
	var effect string
	cmd := &cobra.Command{
		Use: "new NAME --events TYPE[,TYPE]", Short: "Add an action to this project", Long: newLong, Args: cobra.ExactArgs(1),
		Example: "  payhooks new notify-churn --events customer.subscription.deleted\n" +
			"  payhooks new tell-crm --events customer.created,customer.updated --effect http --state contacts",
		RunE: func(cmd *cobra.Command, args []string) error {
			a.Name, a.Types, a.Effect = args[0], slices.Compact(trimmed(types)), scaffold.Effect(effect)
			return addAction(cmd, ".", a)
		},
	}
	cmd.Flags().StringSliceVar(&types, "events", nil, "the event types that it gets, separated by commas")
	cmd.Flags().StringVar(&effect, "effect", string(scaffold.None), "what it does outside: "+strings.Join(scaffold.Effects, ", "))
	cmd.Flags().StringVar(&a.Table, "state", "", "keep state in a table of this name")
	return cmd
}

func trimmed(words []string) (all []string) {
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" {
			all = append(all, w)
		}
	}
	return all
}

// addAction writes the action into the project in dir, and tries it.
func addAction(cmd *cobra.Command, dir string, a scaffold.Action) error {
	begin := time.Now()
	if _, err := os.Stat(dir + "/template.yaml"); err != nil {
		return errors.New("there is no template.yaml here: run this in the project's folder")
	}
	changes, err := scaffold.Add(dir, a)
	if err != nil {
		return cli.Usage("%w", err)
	}
	if err := scaffold.Write(dir, changes); err != nil {
		return err
	}
	if err := tryAction(cmd.Context(), dir, a.Name); err != nil {
		return fmt.Errorf("%w\nthe action is written; payhooks remove %s --yes takes it out again", err, a.Name)
	}
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(cmd.OutOrStdout(), map[string]any{"action": a.Name, "files": paths(changes)})
	}
	for _, c := range changes {
		cli.Field(cmd.OutOrStdout(), 8, map[bool]string{true: "wrote", false: "changed"}[c.New], c.Path)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "\nits test passes and template.yaml is in order, after %s. %s, then: payhooks trigger %s\n",
		time.Since(begin).Round(100*time.Millisecond), pickedUp(dir, "Start the local stack again", "The running local stack takes it up"), a.Types[0])
	return err
}

// pickedUp is what is to be said if the running local stack takes up changes of the project
// in dir, or otherwise.
func pickedUp(dir, otherwise, watched string) string {
	running, err := local.Find(cli.DataDir())
	if abs, wrong := filepath.Abs(dir); err == nil && wrong == nil && running.Watches == abs {
		return watched
	}
	return otherwise
}

func paths(changes []scaffold.Change) (all []string) {
	for _, c := range changes {
		all = append(all, c.Path)
	}
	return all
}

// tryAction runs the action's test and the check of the template.
func tryAction(ctx context.Context, dir, name string) error {
	cmd := exec.CommandContext(ctx, "go", "test", "./functions/"+name) //nolint:gosec // the package just written
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("its test fails (go test ./functions/%s): %w\n%s", name, err, out)
	}
	return checkStack(ctx, dir)
}

// checkStack refuses what make validate refuses of the templates and of the functions' code.
func checkStack(ctx context.Context, dir string) error {
	problems, err := check.Stack(ctx, dir)
	if err != nil || len(problems) == 0 {
		return err
	}
	return fmt.Errorf("template.yaml is not in order (make validate):\n%s", strings.Join(problems, "\n")) //nolint:err113 // read by people
}
