package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/status"
)

// statusPage shows a status to people.
type statusPage struct {
	cli.StatusWords
	stack string // of a deployed one
}

func (p statusPage) print(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	problems := p.Problems()
	fmt.Fprintln(out, cli.Line(p.Headline()))
	fmt.Fprintln(out)
	if err := p.printActions(cmd); err != nil {
		return err
	}
	p.printRest(out)
	if p.AtLeast {
		fmt.Fprintln(out, "\n"+cli.StatusAtLeast)
	}
	p.printNext(out, problems)
	return nil
}

// printNext prints each command once, with the problems that it is for.
func (p statusPage) printNext(out io.Writer, problems []cli.Problem) {
	for i, pr := range problems {
		if i == 0 {
			fmt.Fprintln(out, "\nnext:")
		}
		var what []string
		first := true
		for j, other := range problems {
			if other.Command == pr.Command {
				what, first = append(what, other.What), first && j >= i
			}
		}
		if first {
			fmt.Fprintf(out, "  %s  # %s\n", p.typed(pr.Command), cli.Line(strings.Join(what, ", ")))
		}
	}
}

// typed is a command line for this stack.
func (p statusPage) typed(command string) string {
	line := "payhooks " + command
	if p.stack != "" {
		line += " --stack " + p.stack
	}
	return line
}

func (p statusPage) printActions(cmd *cobra.Command) error {
	rows := cli.NewRows(cmd, "ACTION", "DONE", "WAITING", "PARKED", "UNKNOWN", "DISCARDED", "OLDEST", "REASON")
	for _, a := range p.Actions {
		err := rows.Add(a, a.Action, quiet(status.Known(a.Done)), quiet(a.Waiting), quiet(a.Parked), quiet(a.Unknown), quiet(a.Discarded), cli.Time(a.Oldest), rows.Text(cli.ActionReason(a), 80))
		if err != nil {
			return err
		}
	}
	return rows.FlushSpaced("no action")
}

// quiet leaves zeros out, so that a healthy row is only its name and what is done.
func quiet(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (p statusPage) printRest(out io.Writer) {
	field := func(name string, n *int, more string) {
		if n == nil {
			return
		}
		cli.Field(out, 13, name, strings.TrimSpace(strconv.Itoa(*n)+" "+more))
	}
	since := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return cli.Since(t, p.Now)
	}
	field("pending", p.Pending, since(p.OldestPending))
	field("unrecorded", p.Unrecorded, since(p.OldestUnrecorded))
	field("quarantined", p.Quarantined, since(p.OldestQuarantined))
	var letters []string
	for _, name := range slices.Sorted(maps.Keys(p.DeadLetters)) {
		letters = append(letters, fmt.Sprintf("%s %d", name, p.DeadLetters[name]))
	}
	field("dead letters", p.Dead, strings.Join(letters, ", "))
	field("refused", p.Refused, "")
	cli.Field(out, 13, "sweeps", p.SweepsText())
}
