package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

const restoreLong = `Copy the items that a table lacks back from a copy of it, as point-in-time
recovery makes it under another name. Each item is stored as it was, and never
over one that the table has. Expired items are skipped.

The stack acts on what was unfinished only: a pending event is published, a
delivery that waits is retried. Restore the deliveries before the events: an
event without the record of its deliveries would be delivered again, so it is
skipped; --unrecorded restores it anyway.

Without --yes it only counts. Ctrl-C stops a restore, and it prints how to
resume. It may be repeated or run during live traffic.`

// restoreFlags are those of restore, and the command as it was given.
type restoreFlags struct {
	operator.Restore
	rate cli.Rate
	line []string
}

func restoreCommand() *cobra.Command {
	f := &restoreFlags{line: os.Args, rate: 100}
	var yes bool
	cmd := &cobra.Command{
		Use: "restore --from TABLE", Short: "Copy missing items back from a restored copy of a table", Long: restoreLong, Args: cobra.NoArgs,
		Example: "  payhooks restore --from payhooks-events-restored --stack payhooks\n  payhooks restore --from payhooks-events-restored --stack payhooks --yes",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.From == "" {
				return cli.Usage("--from: expected the name of the copy, for example payhooks-events-restored")
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			return f.run(cmd, o, yes)
		},
	}
	cmd.Flags().StringVar(&f.From, "from", "", "name of the copy")
	cmd.Flags().StringVar(&f.Into, "into", "", "table that it is a copy of: events, deliveries, … (default: as the copy's name begins)")
	cmd.Flags().BoolVar(&f.Unrecorded, "unrecorded", false, "restore events without a record of their deliveries as well; they are delivered again")
	cmd.Flags().StringVar(&f.After, "resume", "", "resume a stopped restore at this position")
	cli.YesFlag(cmd, &yes)
	cli.RateFlag(cmd, &f.rate)
	cli.StackFlag(cmd)
	return cmd
}

func (f *restoreFlags) run(cmd *cobra.Command, o *operator.Operator, yes bool) error {
	plan, err := o.PlanRestore(cmd.Context(), f.Restore)
	if err != nil {
		return err
	}
	shown := cli.NewProgress(cmd, "items", 0)
	var r operator.RestoreResult
	if yes {
		r, err = plan.Run(cmd.Context(), operator.Pace{Rate: float64(f.rate), Progress: shown.Add})
	} else {
		r, err = plan.DryRun(cmd.Context(), shown.Add)
	}
	shown.End()
	switch {
	case errors.Is(err, event.ErrInvalid) && r.Listed == 0 && f.After != "":
		return cli.Usage("--resume %q: expected what the stopped run printed", f.After)
	case err != nil:
		err = f.stopped(r, err)
	}
	return errors.Join(f.print(cmd, r, yes, err == nil), err)
}

// stopped says how to resume.
func (f *restoreFlags) stopped(r operator.RestoreResult, err error) error {
	args := append([]string{program(f.line[0])}, without(f.line[1:], "--resume")...)
	if r.Resume != "" {
		args = append(args, "--resume", r.Resume)
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped")
	}
	return fmt.Errorf("%w after %s; resume with: %s", err, countItems(r.Listed), strings.Join(args, " "))
}

// print shows what was found, and what was or would be restored.
func (f *restoreFlags) print(cmd *cobra.Command, r operator.RestoreResult, stored, ended bool) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, r)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s in %s, %d missing in %s\n", countItems(r.Listed), f.From, r.Missing, r.Table)
	for _, key := range r.Sample {
		fmt.Fprintf(&b, "  %s\n", cli.Line(key))
	}
	if more := r.Selected - len(r.Sample); !stored && more > 0 {
		fmt.Fprintf(&b, "  … and %d more\n", more)
	}
	for _, why := range slices.Sorted(maps.Keys(r.Skipped)) {
		fmt.Fprintf(&b, "%d skipped: %s\n", r.Skipped[why], cli.Line(string(why)))
	}
	switch {
	case stored:
		fmt.Fprintf(&b, "%s restored%s\n", countItems(r.Stored), unfinished(r))
	case r.Selected > 0:
		fmt.Fprintf(&b, "would restore %s%s, %g a second, in %s; add --yes\n", countItems(r.Selected), unfinished(r), f.rate, f.rate.Takes(r.Selected))
	}
	if stored && ended {
		fmt.Fprintf(&b, "next step    payhooks audit%s\n", onStack(cmd))
	}
	_, err := fmt.Fprint(out, b.String())
	return err
}

// onStack is the flag that names the same stack to another command.
func onStack(cmd *cobra.Command) string {
	if f := cmd.Flags().Lookup("stack"); f != nil && f.Value.String() != "" {
		return " --stack " + quoted(f.Value.String())
	}
	return ""
}

// unfinished says what the stack does automatically.
func unfinished(r operator.RestoreResult) string {
	if r.Unfinished == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d unfinished: pending events are published, waiting deliveries retried)", r.Unfinished)
}

func countItems(n int) string { return cli.Count(n, "item", "items") }
