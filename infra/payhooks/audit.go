package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

var errDifferences = errors.New("state differs from what the stored events give")

const auditLong = `Recompute every action's state from the stored events, and what was fetched and
kept with them, through the action's own code, and show every row that differs.
Nothing outside is called and nothing is changed. A row is compared as the action
reads it: the order of fields, or how an older release wrote it, is no difference.

missing     the row is right as far as it goes: facts of stored events are not in it
extra       the row holds what no stored event accounts for
changed     the row is not what its events make, nor what some of them make:
            somebody else changed it, or a bad release did
unprovable  older events have expired, or what was fetched for one, and they may
            account for it

--repair adds what is missing, and only where the action's transition gives the
same row however often it sees a fact (a union; not a counter). It takes nothing
away, and leaves rows that are extra or changed as they are.

--rebuild is for state that a bad release of an action wrote. It shows what each
row becomes, and with --yes replaces the rows that differ. A row is replaced only
if the stored events account for all of it: no event of the stack can have
expired, and a delivery wrote it last. No row is deleted.

Both may run during live traffic. Every event is read twice for each of its
subscribers, by the action's own function, which is billed for it.`

// auditFlags are those of audit.
type auditFlags struct {
	operator.Audit
	rebuild, yes bool
}

func auditCommand() *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use: "audit", Short: "Recompute state from the stored events and show every difference", Long: auditLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case f.rebuild && f.Repair:
				return cli.Usage("use one of --repair and --rebuild")
			case f.yes && !f.rebuild:
				return cli.Usage("--yes is for --rebuild")
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			return f.run(cmd, o)
		},
	}
	cmd.Flags().StringVar(&f.Action, "action", "", "only this action's state")
	cmd.Flags().BoolVar(&f.Repair, "repair", false, "add the facts that are missing; nothing is ever removed or written over")
	cmd.Flags().BoolVar(&f.rebuild, "rebuild", false, "replace rows that differ, where the stored events account for all of them")
	cli.YesFlag(cmd, &f.yes)
	cli.StackFlag(cmd)
	return cmd
}

func (f *auditFlags) run(cmd *cobra.Command, o *operator.Operator) error {
	f.Rebuild = f.rebuild && f.yes
	shown := cli.NewProgress(cmd, "events and rows read", 0)
	f.Progress = shown.Add
	r, err := o.Audit(cmd.Context(), f.Audit)
	shown.End()
	if err != nil {
		return err
	}
	if err := f.print(cmd, r); err != nil {
		return err
	}
	if left := r.Differences - r.Repaired - r.Rebuilt; left > 0 && (f.yes || !f.rebuild) {
		return fmt.Errorf("%w: %s%s", errDifferences, cli.Count(left, "row", "rows"), f.advice(r))
	}
	return nil
}

// advice says what can be done about the rows that are left.
func (f *auditFlags) advice(r *operator.AuditResult) string {
	missing, rebuildable := false, false
	for _, row := range r.Findings {
		if row.Repaired || row.Rebuilt {
			continue
		}
		if row.Rebuildable && f.rebuild {
			return "; they changed while they were rebuilt: run it again"
		}
		missing = missing || row.Verdict == operator.Missing
		rebuildable = rebuildable || row.Rebuildable
	}
	switch {
	case missing && !f.Repair:
		return "; --repair adds facts that are missing, where that cannot count one twice"
	case rebuildable && !f.rebuild:
		return "; --repair never removes data: find out who wrote these rows, then audit --rebuild replaces them"
	}
	return "; --repair never removes data: find out who wrote these rows"
}
