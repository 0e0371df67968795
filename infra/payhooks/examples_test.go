package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// examples are the command lines in the help of all commands that a local stack can
// run, by the command. The others name what only a deployed stack has.
func examples() (lines [][]string, left int) {
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Example) {
			line, _, _ = strings.Cut(line, " > ") // the shell's part
			// payhooks new changes the project; the README's test runs it in a copy.
			if strings.Contains(line, "…") || strings.Contains(line, "--stack ") || strings.Contains(line, "payhooks new ") {
				left++
				continue
			}
			lines = append(lines, strings.Fields(line))
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(rootCommand())
	return lines, left
}

func TestExamplesOfHelpRun(t *testing.T) {
	o := newOperator(t)
	lines, left := examples()
	for _, line := range lines {
		if line[0] != "payhooks" {
			t.Errorf("%q is no command line of payhooks", line)
			continue
		}
		if r := o.run(line[1:]...); r.code != 0 || r.out == "" {
			t.Errorf("%s: exit %d: %s %.300s", strings.Join(line, " "), r.code, r.err, r.out)
		}
	}
	if len(lines) < 10 || left > len(lines) {
		t.Errorf("%d examples ran and %d did not", len(lines), left)
	}
}
