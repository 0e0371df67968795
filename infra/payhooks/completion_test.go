package main

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// completes are what the shell is offered for the last word of a command line.
func completes(t *testing.T, args ...string) []string {
	t.Helper()
	r := run(t, append([]string{"__completeNoDesc"}, args...)...)
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	if r.code != 0 || !strings.HasPrefix(lines[len(lines)-1], ":") {
		t.Fatalf("%q: exit %d: %s %s", args, r.code, r.out, r.err)
	}
	return lines[:len(lines)-1]
}

func TestCompletionOffersValues(t *testing.T) {
	t.Setenv("DATA_DIR", t.TempDir())
	for line, want := range map[string]string{
		"trigger pay":                         "payment payment_intent.succeeded",
		"trigger payment charge.s":            "charge.succeeded",
		"trigger v1.charge.s":                 "v1.charge.succeeded",
		"trigger --via ":                      "webhook eventbridge",
		"trigger --api-version ":              "2023-10-16",
		"events list --status pa":             "parked",
		"events list --type customer.subscri": "customer.subscription.deleted",
		"replay --type charge.":               "charge.refunded",
		"events list --mode ":                 "live test",
		"completion ":                         "bash zsh fish",
		"comp":                                "completion",
	} {
		all := completes(t, strings.Split(line, " ")...)
		for _, word := range strings.Fields(want) {
			if !slices.Contains(all, word) {
				t.Errorf("payhooks %s: %s is not in %.300q", line, word, all)
			}
		}
	}
	if all := completes(t, "trigger", "payment", "paymen"); slices.Contains(all, "payment") {
		t.Errorf("what is typed is offered again: %q", all)
	}
	if all := completes(t, "parked", "retry", "--action", ""); len(all) > 0 {
		t.Errorf("actions without a stack: %q", all)
	}
}

func TestEveryActionFlagIsCompleted(t *testing.T) {
	root := rootCommand()
	for _, name := range []string{"parked retry", "replay", "audit", "deadletters list"} {
		cmd, _, err := root.Find(strings.Fields(name))
		if err != nil {
			t.Fatal(err)
		}
		if complete, ok := cmd.GetFlagCompletionFunc("action"); !ok || complete == nil {
			t.Errorf("payhooks %s --action is not completed", name)
		}
	}
}

func TestCompletionScriptIsThatOfTheShell(t *testing.T) {
	for shell, has := range map[string]string{"bash": "complete -o default -F __start_payhooks payhooks", "zsh": "#compdef payhooks", "fish": "complete -c payhooks"} {
		script, err := completionScript(rootCommand(), shell)
		if r := run(t, "completion", shell); err != nil || r.code != 0 || r.out != script || !strings.Contains(script, has) {
			t.Errorf("%s: exit %d, %v: %.200s", shell, r.code, err, r.out)
		}
		if got := object[map[string]string](t, run(t, "completion", shell, "--json").out); got["shell"] != shell || got["script"] != script {
			t.Errorf("%s: %.200v", shell, got)
		}
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	check := exec.CommandContext(t.Context(), bash, "-n") //nolint:gosec // found on the path
	check.Stdin = strings.NewReader(run(t, "completion", "bash").out)
	var said bytes.Buffer
	if check.Stderr = &said; check.Run() != nil {
		t.Errorf("bash cannot read the script: %s", said.String())
	}
}

func TestCompletionOffersActionsOfRunningStack(t *testing.T) {
	o := newOperator(t)
	for _, line := range [][]string{{"parked", "retry", "--action", ""}, {"replay", "--action", ""}, {"deadletters", "list", "--action", ""}} {
		if all := completes(o.T, line...); !slices.Contains(all, "send-receipt") {
			o.Errorf("%q: %q", line, all)
		}
	}
}
