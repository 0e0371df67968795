package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

var errDifferences = errors.New("state differs from what the stored events give")

const auditLong = `Recompute every action's state from the stored events, and what was fetched and
kept with them, through the action's own code, and show every row that differs.
Nothing outside is called and nothing is changed.

missing     facts of stored events are not in the row
extra       the row holds what no stored event accounts for
unprovable  older events have expired, and they may account for it

--repair adds what is missing, and only where the action's transition gives the
same row however often it sees a fact (a union; not a counter). It takes
nothing away, and may run during live traffic.

Every event is read twice for each of its subscribers, by the action's own
function, which is billed for it.`

func auditCommand() *cobra.Command {
	var req operator.Audit
	cmd := &cobra.Command{
		Use: "audit", Short: "Recompute state from the stored events and show every difference", Long: auditLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			shown := cli.NewProgress(cmd, "events and rows read", 0)
			req.Progress = shown.Add
			r, err := o.Audit(cmd.Context(), req)
			shown.End()
			if err != nil {
				return err
			}
			if err := printAudit(cmd, r); err != nil {
				return err
			}
			if left := r.Differences - r.Repaired; left > 0 {
				return fmt.Errorf("%w: %s%s", errDifferences, cli.Count(left, "row", "rows"), auditAdvice(r))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&req.Action, "action", "", "only this action's state")
	cmd.Flags().BoolVar(&req.Repair, "repair", false, "add the facts that are missing; nothing is ever removed")
	cli.StackFlag(cmd)
	return cmd
}

func printAudit(cmd *cobra.Command, r *operator.AuditResult) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, r)
	}
	for _, f := range r.Findings {
		printFinding(out, f)
	}
	_, err := fmt.Fprintf(out, "%s checked, %s (%d repaired), %d unprovable\n", cli.Count(r.Checked, "row", "rows"),
		cli.Count(r.Differences, "difference", "differences"), r.Repaired, r.Unprovable)
	return err
}

// auditAdvice says what --repair can do about what is left.
func auditAdvice(r *operator.AuditResult) string {
	for _, f := range r.Findings {
		if f.Verdict == operator.Missing && !f.Repaired {
			return "; --repair adds facts that are missing, where that cannot count one twice"
		}
	}
	return "; --repair never removes data: find out who wrote these rows"
}

func printFinding(out io.Writer, f operator.Finding) {
	if f.Error != "" {
		fmt.Fprintf(out, "%s: event %s: %s: %s\n", f.Action, f.Key, f.Verdict, f.Error)
		return
	}
	fmt.Fprintf(out, "%s: %s %s: %s", f.Action, f.Table, f.Key, f.Verdict)
	if f.Repaired {
		fmt.Fprint(out, ", repaired")
	}
	fmt.Fprintln(out)
	if f.Verdict != operator.Unprovable {
		fmt.Fprint(out, cli.Difference(f))
	}
}
