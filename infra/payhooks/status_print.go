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
	status.Status
	stack string // of a deployed one
	now   time.Time
}

func (p statusPage) print(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	problems := p.problems()
	fmt.Fprintln(out, cli.Line(p.headline(problems)))
	fmt.Fprintln(out)
	if err := p.printActions(cmd); err != nil {
		return err
	}
	p.printRest(out)
	if p.AtLeast {
		fmt.Fprintln(out, "\nthere is more than is counted at once: these are at least the counts")
	}
	p.printNext(out, problems)
	return nil
}

// printNext prints each command once, with the problems that it is for.
func (p statusPage) printNext(out io.Writer, problems []problem) {
	for i, pr := range problems {
		if i == 0 {
			fmt.Fprintln(out, "\nnext:")
		}
		var what []string
		first := true
		for j, other := range problems {
			if other.command == pr.command {
				what, first = append(what, other.what), first && j >= i
			}
		}
		if first {
			fmt.Fprintf(out, "  %s  # %s\n", p.typed(pr.command), cli.Line(strings.Join(what, ", ")))
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

// headline says in one line whether anything needs a person.
func (p statusPage) headline(problems []problem) string {
	var person, also []string
	for _, pr := range problems {
		if pr.person {
			person = append(person, pr.what)
		} else {
			also = append(also, pr.what)
		}
	}
	line := "nothing needs a person"
	if len(person) > 0 {
		line = "needs a person: " + strings.Join(person, ", ")
	}
	if len(also) > 0 {
		line += "; also " + strings.Join(also, ", ")
	}
	if len(p.Unread) > 0 {
		var names []string
		for _, s := range p.Unread {
			names = append(names, string(s))
		}
		line += "; could not be read: " + strings.Join(names, ", ")
	}
	return line
}

func (p statusPage) printActions(cmd *cobra.Command) error {
	rows := cli.NewRows(cmd, "ACTION", "DONE", "WAITING", "PARKED", "UNKNOWN", "DISCARDED", "OLDEST", "REASON")
	for _, a := range p.Actions {
		err := rows.Add(a, a.Action, quiet(number(a.Done)), quiet(a.Waiting), quiet(a.Parked), quiet(a.Unknown), quiet(a.Discarded), cli.Time(a.Oldest), rows.Text(reasonOf(a), 80))
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

func reasonOf(a status.Action) string {
	switch {
	case a.Disabled:
		return strings.TrimSuffix("its rule is disabled; "+a.Reason, "; ")
	case a.Removed:
		return strings.TrimSuffix("it has no rule; "+a.Reason, "; ")
	}
	return a.Reason
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
		return cli.Since(t, p.now)
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
	cli.Field(out, 13, "sweeps", p.sweeps())
}

// sweeps says how far each sweep is.
func (p statusPage) sweeps() string {
	if len(p.Sweeps) == 0 {
		return "none was complete yet"
	}
	var behind, even []string
	for _, l := range p.Sweeps {
		if l.Seconds > 0 {
			behind = append(behind, l.Sweep+" is "+cli.Age(time.Duration(l.Seconds)*time.Second)+" behind")
		} else {
			even = append(even, l.Sweep)
		}
	}
	if len(even) > 0 {
		keep := " keep up"
		if len(even) == 1 {
			keep = " keeps up"
		}
		behind = append(behind, strings.Join(even, ", ")+keep)
	}
	return strings.Join(behind, "; ")
}
