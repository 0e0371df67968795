package scaffold_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/checkout"
	"github.com/payhooks/payhooks/infra/scaffold"
)

const project = "../.."

// churn is an action that could be added.
func churn() scaffold.Action {
	return scaffold.Action{Name: "notify-churn", Types: []string{"customer.subscription.deleted"}, Effect: scaffold.None}
}

func TestWhatCannotBeAddedIsRefusedWithTheReason(t *testing.T) {
	for want, change := range map[string]func(*scaffold.Action){
		"lower-case words":            func(a *scaffold.Action) { a.Name = "Notify" },
		"joined by hyphens":           func(a *scaffold.Action) { a.Name = "../x" },
		"at most 40 characters":       func(a *scaffold.Action) { a.Name = strings.Repeat("a", 41) },
		"a function of the pipeline":  func(a *scaffold.Action) { a.Name = "ingest" },
		"a queue bus-dead":            func(a *scaffold.Action) { a.Name = "bus" },
		"dead letters of notify":      func(a *scaffold.Action) { a.Name = "notify-dead" },
		"--events":                    func(a *scaffold.Action) { a.Types = nil },
		"did you mean charge.failed?": func(a *scaffold.Action) { a.Types = []string{"charge.faled"} },
		"name each":                   func(a *scaffold.Action) { a.Types = []string{"charge.*"} },
		"write charge.failed":         func(a *scaffold.Action) { a.Types = []string{"v1.charge.failed"} },
		"none, http, mail":            func(a *scaffold.Action) { a.Effect = "sms" },
		"cannot be a table's name":    func(a *scaffold.Action) { a.Table = "A b" },
		"a table of the pipeline":     func(a *scaffold.Action) { a.Table = "events" },
		"no sample":                   func(a *scaffold.Action) { a.Types = []string{"v2.core.account.updated"} },
	} {
		a := churn()
		change(&a)
		if _, err := scaffold.Add(project, a); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", a, err, want)
		}
	}
	a := churn()
	a.Name, a.Types, a.Effect = "fetch", nil, "x"
	if _, err := scaffold.Add(project, a); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("three mistakes are reported as %v", err)
	}
}

func TestWhatCannotBeRemovedIsRefused(t *testing.T) {
	for name, want := range map[string]string{"reconcile": "of the pipeline", "no-such": "no folder", "../infra": "no action"} {
		if _, err := scaffold.Remove(project, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// files are the texts of a project's files that an action changes.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range []string{"template.yaml", "infra/data.yaml", "infra/local/parameters.yaml"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(text)
	}
	return all
}

func run(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// Each kind of action, with state and without, passes its own test and the check of the
// template; taking them out leaves the project as it was.
func TestAddedActionsAreInOrderAndLeaveNoTrace(t *testing.T) {
	dir := t.TempDir()
	if err := checkout.Copy(t.Context(), project, dir); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	var names []string
	for _, effect := range scaffold.Effects {
		for _, table := range []string{"", effect + "-rows"} {
			a := churn()
			a.Name, a.Effect, a.Table = "try-"+effect, scaffold.Effect(effect), table
			if table != "" {
				a.Name += "-state"
				a.Types = append(a.Types, "customer.subscription.created", "charge.succeeded")
			}
			changes, err := scaffold.Add(dir, a)
			if err == nil {
				err = scaffold.Write(dir, changes)
			}
			if err != nil {
				t.Fatal(a.Name, err)
			}
			names = append(names, "./functions/"+a.Name)
		}
	}
	run(t, dir, append([]string{"vet"}, names...)...)
	run(t, dir, append([]string{"test"}, names...)...)
	run(t, dir, "run", "./infra/check/command")
	if out, err := exec.CommandContext(t.Context(), "gofmt", "-l", filepath.Join(dir, "functions")).Output(); err != nil || len(out) > 0 {
		t.Errorf("not formatted: %s %v", out, err)
	}
	for _, name := range names {
		changes, err := scaffold.Remove(dir, filepath.Base(name))
		if err == nil {
			err = scaffold.Write(dir, changes)
		}
		if _, left := os.Stat(filepath.Join(dir, name)); err != nil || left == nil {
			t.Errorf("%s is left: %v", name, err)
		}
	}
	for name, text := range files(t, dir) {
		if text != before[name] {
			t.Errorf("%s is not as it was", name)
		}
	}
}
