package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
)

func TestUsageErrorExits2AndExplains(t *testing.T) {
	t.Setenv("DATA_DIR", t.TempDir()) // no stack runs: mistakes are found before anything is looked for
	for line, says := range map[string]string{
		"replay":                                             "select events by id",
		"replay --type charge.* --rate 0":                    "must be between 0.001",
		"replay --type charge.* --rate fast":                 "must be between",
		"replay --since tomorrow":                            "expected a day (2026-11-22)",
		"replay --since 1h --until 2h":                       "is not before --until",
		"replay --since 1h --resume evt_1":                   "expected what the stopped run printed",
		"replay --sinze 1h":                                  "unknown flag",
		"status evt_1":                                       "unknown command",
		"refused evt_1":                                      "unknown command",
		"listen --forward-to x":                              "unknown flag",
		"listen charge.succeeded":                            "flags of the Stripe CLI come after --",
		"listen -- --live":                                   "real customers",
		"listen -- --api-key rk_live_1":                      "a key of live mode",
		"parked evt_1":                                       "unknown command",
		"parked list evt_1":                                  "unknown command",
		"parked show evt_1":                                  "usage: payhooks parked show EVENT ACTION",
		"parked retry":                                       "select deliveries: EVENT",
		"parked retry --all evt_1":                           "select deliveries: EVENT",
		"parked retry evt_1 a --action b":                    "select deliveries: EVENT",
		"parked retry --all --rate -1":                       "must be between",
		"parked resolve evt_1 send-receipt":                  "use exactly one of --happened and --did-not-happen",
		"parked resolve evt_1 a --happened --did-not-happen": "use exactly one",
		"parked resolve evt_1 a --happened --result {":       "--result must be JSON",
		"parked discard":                                     "select deliveries: EVENT",
		"parked discard evt_1 --all":                         "select deliveries: EVENT",
		"events list --type *.succeeded":                     `--type "*.succeeded": a star stands at the end only`,
		"events list --type charge.*,":                       "an event type is empty",
		"quarantine --type charge.*.*":                       "a star stands at the end only",
		"replay --since 1h --type charge.*,*.paid":           `--type "charge.*,*.paid": a star stands at the end only`,
		"events list --mode dev":                             "expected live or test",
		"events list --account shop":                         "expected acct_… or own",
		"events list --since tomorrow":                       "expected a day (2026-11-22)",
		"events list --before tomorrow":                      "expected a day (2026-11-22)",
		"events list --since 1h --before 2h":                 "is not before --before",
		"parked resolve evt_1 --happened":                    "--happened of several deliveries needs --no-result",
		"parked resolve --happened --no-result":              "select deliveries: EVENT, EVENT ACTION, --action, --reason or --all",
		"parked resolve --all --happened --result 1":         "name it with EVENT ACTION",
		"parked resolve --all --did-not-happen --no-result":  "--no-result needs --happened",
		"parked resolve evt_1 a --happened --effect":         "flag needs an argument",
		"parked resolve evt_1 a b --happened":                "usage: payhooks parked resolve [EVENT [ACTION]]",
		"parked retry evt_1 a --reason x":                    "select deliveries: EVENT",
		"events nonsense":                                    "unknown command",
		"quarantine nonsense":                                "unknown command",
		"quarantine show":                                    "usage: payhooks quarantine show ID",
		"quarantine release":                                 "usage: payhooks quarantine release ID",
		"quarantine discard a b":                             "usage: payhooks quarantine discard ID",
		"deadletters list --limit 0":                         "must be 1 or more",
		"deadletters redrive --rate 0":                       "must be between",
		"deadletters redrive send-receipt":                   "unknown command",
		"doctor payhooks":                                    "unknown command",
		"connect shop":                                       "unknown command",
		"connect --check --yes":                              "--check changes nothing",
		"connect --eventbridge --roll":                       "neither a URL nor a secret",
		"connect --eventbridge --url https://shop.example":   "neither a URL nor a secret",
		"connect --thin --api-version 2023-10-16":            "a thin event has no version",
		"doctor --probes":                                    "unknown flag",
		"audit --repair --rebuild":                           "use one of --repair and --rebuild",
		"audit --repair --yes":                               "--yes is for --rebuild",
		"restore":                                            "--from: expected the name of the copy",
		"restore evt_1":                                      "unknown command",
		"restore --from a --rate 0":                          "must be between",
		"secret":                                             "needs a subcommand",
		"secret put":                                         "usage: payhooks secret put NAME",
		"secret put Crm?":                                    "cannot be the name of a secret",
		"simulate --seeds 0":                                 "--seeds 0: must be 1 or more",
		"simulate --seeds -5":                                "expected a whole number, 0 or more",
		"simulate volume --part 0":                           "--part 0: must be 1 or more",
		"simulate volume --part -1":                          "--part -1: must be 1 or more",
		"chaos --rate NaN":                                   "above 0 and at most",
		"chaos --rate -1":                                    "above 0 and at most",
		"chaos --rate Inf":                                   "above 0 and at most",
		"chaos --duration 0s":                                "must be at least 1s",
		"completion":                                         "expected one of bash, zsh, fish",
		"completion powershell":                              "expected one of bash, zsh, fish",
		"events list --status odd":                           "expected one of quarantined",
	} {
		if r := run(t, strings.Fields(line)...); r.code != 2 || !strings.Contains(r.err, says) || r.out != "" {
			t.Errorf("payhooks %s: exit %d, %q %q; want 2 and %q", line, r.code, r.out, r.err, says)
		}
	}
}

func TestCommandWithoutStackExits1AndExplains(t *testing.T) {
	t.Setenv("DATA_DIR", t.TempDir())
	for _, line := range []string{
		"replay --since 1h", "restore --from a", "audit --rebuild", "status", "status --json", "refused", "parked", "parked list --json", "parked show evt_1 a", "parked retry --all", "parked resolve evt_1 a --happened", "parked resolve --all --did-not-happen", "parked discard --all", "events", "quarantine", "deadletters",
		"quarantine list", "quarantine show a", "quarantine release a", "quarantine discard a", "deadletters list", "deadletters redrive", "doctor", "doctor --probe --json", "connect", "connect --check --json",
	} {
		if r := run(t, strings.Fields(line)...); r.code != 1 || !strings.Contains(r.err, "start it with make run") {
			t.Errorf("payhooks %s: exit %d, %s", line, r.code, r.err)
		}
	}
}

func TestOperatorCommandsTakeJSONAndStack(t *testing.T) {
	var each func(cmd *cobra.Command)
	each = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			each(sub)
		}
		if !cmd.Runnable() || cmd.HasSubCommands() && !lists(cmd) {
			return
		}
		if cmd.Short == "" || cmd.InheritedFlags().Lookup("json") == nil || cmd.Flags().Lookup("stack") == nil {
			t.Errorf("%s: %q, without --json or --stack", cmd.CommandPath(), cmd.Short)
		}
		if r := run(t, append(strings.Fields(cmd.CommandPath())[1:], "--help")...); r.code != 0 || !strings.Contains(r.out, "Usage:") {
			t.Errorf("%s --help: exit %d", cmd.CommandPath(), r.code)
		}
	}
	root := rootCommand()
	for _, name := range []string{"status", "refused", "replay", "parked", "quarantine", "deadletters", "restore", "audit", "connect"} {
		cmd, _, err := root.Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		each(cmd)
	}
}

func TestEveryCommandThatAnAlarmNamesIsOne(t *testing.T) {
	files, err := filepath.Glob("../*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range append(files, "../../template.yaml") {
		text, err := os.ReadFile(name) //nolint:gosec // the project's own
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("`payhooks ([^`]+)`").FindAllStringSubmatch(string(text), -1) {
			n++
			cmd, rest, err := rootCommand().Find(strings.Fields(m[1]))
			if err == nil {
				err = cmd.ParseFlags(rest)
			}
			if err != nil || !cmd.Runnable() {
				t.Errorf("%s: payhooks %s: %v", name, m[1], err)
			}
		}
	}
	if n < 4 {
		t.Errorf("%d commands found, want those of the alarms", n)
	}
}

func TestCtrlCBeforeAnythingIsSaidIsToldInOneWord(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := cli.Stopped(ctx, context.Canceled); err == nil || err.Error() != "stopped" || cli.ExitCode(err) != 1 {
		t.Errorf("%v", err)
	}
}

func TestUnknownCommandLineExitsWith2(t *testing.T) {
	for _, args := range [][]string{
		{"nonsense"}, {"local", "extra"}, {"local", "--what"}, {"events", "nonsense"}, {"events", "list", "--limit", "x"},
	} {
		root := rootCommand()
		root.SetArgs(args)
		root.SetOut(&bytes.Buffer{})
		if err := root.Execute(); err == nil || cli.ExitCode(err) != 2 {
			t.Errorf("%v: %v", args, err)
		}
	}
	if cli.ExitCode(errors.New("it failed")) != 1 {
		t.Error("a failure does not exit with 1")
	}
	t.Setenv("PORT", "many")
	if _, err := localConfig(false); err == nil || cli.ExitCode(err) != 2 {
		t.Errorf("PORT=many: %v", err)
	}
	t.Setenv("PORT", "0")
	t.Setenv("STRIPE_WEBHOOK_SECRET", "sk_test_1")
	if _, err := localConfig(false); err == nil || cli.ExitCode(err) != 2 {
		t.Errorf("STRIPE_WEBHOOK_SECRET that is none: %v", err)
	}
	t.Setenv("STRIPE_WEBHOOK_SECRET", "whsec_1")
	t.Setenv("STRIPE_API_KEY", "sk_live_1")
	if _, err := localConfig(false); err == nil || cli.ExitCode(err) != 2 {
		t.Errorf("STRIPE_API_KEY of live mode: %v", err)
	}
	if _, err := localConfig(true); err != nil {
		t.Errorf("with --allow-live: %v", err)
	}
}
