//go:build aws

package main

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/ministack"
)

// awsRun is a command that exits with 0 or 1, and what it says.
type awsRun struct{ args, says string }

// shopRuns are those of the shop's commands.
var shopRuns []awsRun

// everyCommand runs each command that takes --stack.
func (a *account) everyCommand() {
	runs := []awsRun{
		{"status --json", `"action":"notify-churn"`},
		{"status", "payhooks parked --stack payhooks"},
		{"refused", "on the local stack only"},
		{"logs --json --limit 10", ""},
		{"logs notify-churn --since 24h", "evt_added"},
		{"logs evt_added", "notified the success team"},
		{"events --json", `"id":"evt_parked"`},
		{"events list --json", `"id":"evt_parked"`},
		{"events timeline evt_added", "notified the success team"},
		{"events show evt_added", "notified the success team"},
		{"events show evt_added --raw", `"customer.subscription.deleted"`},
		{"parked --json", `"evt_parked"`},
		{"parked list", "evt_parked"},
		{"parked show evt_parked notify-churn", "2023-10-16"},
		{"parked resolve evt_parked notify-churn --happened --no-result", "evt_parked"},
		{"parked retry evt_parked notify-churn --yes", "1"},
		{"parked discard evt_parked notify-churn --reason tried --yes", "1"},
		{"quarantine", ""},
		{"quarantine list", ""},
		{"quarantine show evt_none", "evt_none"},
		{"quarantine release evt_none", "evt_none"},
		{"quarantine discard evt_none", "evt_none"},
		{"deadletters", ""},
		{"deadletters list", ""},
		{"deadletters redrive --yes", ""},
		{"replay evt_added --yes", "1"},
		{"reconcile", ""},
		{"backfill --since 2026-01-01", ""},
		{"audit --json", `"differences":0`},
		{"audit --rebuild", "0 differences"},
		{"erase --customer cus_nobody --yes --json", `"events":0`},
		{"erase list", "0"},
		{"remove no-such", "no action"},
		{"secret put no-such", "on standard input"},
		{"connect --check", "none at Stripe has the URL"},
		{"restore --from payhooks-none-restored --into events", "no table payhooks-none-restored"},
	}
	root := rootCommand()
	doctor, _, err := root.Find([]string{"doctor"})
	a.ok(err)
	a.doctor()
	a.console()
	served, _, err := root.Find([]string{"console"})
	a.ok(err)
	ran := map[*cobra.Command]bool{doctor: true, served: true}
	for _, c := range append(runs, shopRuns...) {
		r := run(a.T, append(strings.Fields(c.args), "--stack", "payhooks")...)
		if r.code > 1 || !strings.Contains(r.out+r.err, c.says) {
			a.Errorf("payhooks %s: exit %d, want %q:\n%.1500s%.1500s", c.args, r.code, c.says, r.out, r.err)
		}
		cmd, _, err := root.Find(strings.Fields(c.args))
		a.ok(err)
		ran[cmd] = true
	}
	a.each(root, func(cmd *cobra.Command) {
		if cmd.Flags().Lookup("stack") != nil && !ran[cmd] {
			a.Errorf("%s takes --stack and was not run", cmd.CommandPath())
		}
	})
}

// each visits the command and all below it.
func (a *account) each(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, sub := range cmd.Commands() {
		a.each(sub, visit)
	}
}

// doctor: nothing fails but what MiniStack does not have.
func (a *account) doctor() {
	a.Helper()
	r := run(a.T, "doctor", "--probe", "--json", "--stack", "payhooks")
	checks := 0
	for line := range strings.Lines(r.out) {
		var f struct{ Check, Result, Found, Do string }
		a.ok(json.Unmarshal([]byte(line), &f))
		checks++
		if (f.Result == "failed" || f.Result == "unknown") && !slices.ContainsFunc(ministack.Differences(), func(d ministack.Difference) bool {
			return d.Doctor != "" && strings.Contains(f.Found, d.Doctor)
		}) {
			a.Errorf("doctor: %s", line)
		}
	}
	if checks < 10 {
		a.Errorf("doctor made %d checks: %s", checks, r.err)
	}
}
