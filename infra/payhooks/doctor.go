package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/doctor"
)

const doctorLong = `Check the AWS side of a deployed stack: its CloudFormation stacks, names, secrets,
the domain, SES, concurrency, alarms, tables, functions, rules and event source mappings; where
there is a Stripe API key, also what is registered at Stripe (payhooks connect --check).
Nothing is changed without --probe. Each line is a check with its result and what to do next.

ok        nothing to do
warning   works, with a limit that the line names
failed    does not work, or data is at risk: exit code 1
unknown   not checked: a call was denied, and the line names the missing right

--probe also invokes one action's function to try another action's items of the
deliveries table: IAM must deny that, and must allow the function its own. And it sets
one alarm to ALARM and back, with a reason that says that it is a test, and reads in its
history whether the topic took it: whoever is subscribed is told twice.

On the local stack only rules, mappings and the probe are checked.`

func doctorCommand() *cobra.Command {
	var probe bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check a deployed stack and say what to do", Long: doctorLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd, probe) },
	}
	cmd.Flags().BoolVar(&probe, "probe", false, "also try whether an action's role reaches another action's deliveries, and set an alarm off")
	cli.StackFlag(cmd)
	return cmd
}

// runDoctor prints each finding as it comes.
func runDoctor(cmd *cobra.Command, probe bool) error {
	d, err := cli.OpenDoctor(cmd)
	if err != nil {
		return err
	}
	failed := 0
	for f := range d.Findings(cmd.Context(), probe) {
		if err := printCheck(cmd, f); err != nil {
			return err
		}
		if f.Result == doctor.Failed {
			failed++
		}
	}
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%s failed", cli.Count(failed, "check", "checks"))
	}
	return nil
}

// printCheck prints one line, with the command at its end, where it is easily
// copied.
func printCheck(cmd *cobra.Command, f doctor.Finding) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, f)
	}
	line := fmt.Sprintf("%-8s %-24s %s", f.Result, f.Check, f.Found)
	if f.Do != "" {
		line += "; next: " + f.Do
	}
	_, err := fmt.Fprintln(out, cli.Line(line))
	return err
}
