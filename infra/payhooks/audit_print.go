package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

func (f *auditFlags) print(cmd *cobra.Command, r *operator.AuditResult) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, r)
	}
	var b strings.Builder
	for _, row := range r.Findings {
		f.finding(&b, row)
	}
	fmt.Fprintf(&b, "%s checked, %s (%d missing, %d extra, %d changed; %d repaired, %d rebuilt), %d unprovable\n", cli.Count(r.Checked, "row", "rows"),
		cli.Count(r.Differences, "difference", "differences"), r.Missing, r.Extra, r.Changed, r.Repaired, r.Rebuilt, r.Unprovable)
	if f.rebuild {
		f.summary(&b, r)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (f *auditFlags) finding(out io.Writer, row operator.Finding) {
	if row.Table == "" {
		fmt.Fprintf(out, "%s: event %s: %s: %s\n", row.Action, cli.Line(row.Key), row.Verdict, cli.Line(row.Error))
		return
	}
	fmt.Fprintf(out, "%s: %s %s: %s", row.Action, row.Table, cli.Line(row.Key), row.Verdict)
	switch {
	case row.Rebuilt:
		fmt.Fprint(out, ", rebuilt")
	case row.Repaired:
		fmt.Fprint(out, ", repaired")
	}
	if row.Error != "" {
		fmt.Fprint(out, ": ", cli.Line(row.Error))
	}
	fmt.Fprintln(out)
	switch {
	case f.rebuild && row.Rebuildable:
		fmt.Fprint(out, cli.Change(row))
	case row.Verdict != operator.Unprovable:
		fmt.Fprint(out, cli.Difference(row))
	}
}

// summary says what a rebuild does, and what it leaves.
func (f *auditFlags) summary(out io.Writer, r *operator.AuditResult) {
	n, unprovable, blocked := 0, 0, map[string]bool{}
	for _, row := range r.Findings {
		switch {
		case row.Table == "":
			blocked[row.Action] = true
		case row.Verdict == operator.Unprovable:
			unprovable++
		case row.Rebuildable:
			n++
		}
	}
	for _, action := range slices.Sorted(maps.Keys(blocked)) {
		fmt.Fprintf(out, "no row of %s is rebuilt: some of its events cannot be recomputed\n", action)
	}
	if left := r.Differences - n; left > 0 {
		fmt.Fprintf(out, "%s not rebuilt: the stored events do not account for all that they hold\n", cli.Count(left, "row is", "rows are"))
	}
	if unprovable > 0 {
		fmt.Fprintf(out, "%s never changed: older events may account for them\n", cli.Count(unprovable, "unprovable row is", "unprovable rows are"))
	}
	if n > 0 && !f.yes {
		fmt.Fprintf(out, "would rebuild %s; add --yes\n", cli.Count(n, "row", "rows"))
	}
}
