package check

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/checkout"
	"github.com/payhooks/payhooks/infra/scaffold"
)

// fork is a git repository on the way from a release to the next.
type fork struct {
	*testing.T
	ctx context.Context
	dir string
}

// git runs a command of infra/COMPANY.md and returns what it printed.
func (f *fork) git(args ...string) string {
	f.Helper()
	return f.run(append([]string{"git", "-c", "user.name=team", "-c", "user.email=team@example.com", "-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"}, args...)...)
}

func (f *fork) run(args ...string) string {
	f.Helper()
	out, err := command(f.ctx, f.dir, args...).CombinedOutput()
	if err != nil {
		f.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// change replaces a text that a file must have.
func (f *fork) change(name, old, with string) {
	f.Helper()
	file := filepath.Join(f.dir, name)
	text, err := os.ReadFile(file) //nolint:gosec // of the copy
	if err != nil {
		f.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		f.Fatalf("%s no longer has %q: bring this test up to date", name, old)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), old, with, 1)), 0o600); err != nil {
		f.Fatal(err)
	}
}

func (f *fork) has(name, text string) {
	f.Helper()
	data, err := os.ReadFile(filepath.Join(f.dir, name)) //nolint:gosec // of the copy
	if err != nil || !strings.Contains(string(data), text) {
		f.Errorf("after the merge %s does not have %q: %v", name, text, err)
	}
}

// later is what a release after this one changes: the pipeline's template, code and alarms,
// and the shop, which the fork does not have.
func (f *fork) later() {
	f.change("template.yaml", "  DispatchParallelism:\n", "  NewOfThePipeline:\n    Type: String\n    Default: 'yes'\n    Description: What the release after this one brings\n  DispatchParallelism:\n")
	f.change("template.yaml", "        RELEASE: !Ref Release\n", "        RELEASE: !Ref Release\n        NEW_OF_THE_PIPELINE: !Ref NewOfThePipeline\n")
	f.change("template.yaml", "  # ---- Shop\n\n  UpdateOrder:\n", "  # ---- Shop\n\n  # Changed by the release.\n  UpdateOrder:\n")
	f.change("infra/data.yaml", "  # How far the sweep has come.\n", "  # How far each sweep has come.\n")
	f.change("infra/action.yaml", "VisibilityTimeout: !Ref Visibility\n", "VisibilityTimeout: !Ref Visibility\n      ReceiveMessageWaitTimeSeconds: 5\n")
	f.change("internal/ingest/ingest.go", "const margin = 500 * time.Millisecond", "const margin = 600 * time.Millisecond")
	f.change("internal/shop/doc.go", "package shop", "package shop // of the release")
	f.change("README.md", "# payhooks\n", "# payhooks, the next release\n")
}

// A team took payhooks, removed the shop and added an action with its own table. It
// takes the next release as infra/COMPANY.md says.
func TestAForkTakesTheNextRelease(t *testing.T) {
	skipWithoutShop(t)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	f := &fork{T: t, ctx: ctx, dir: t.TempDir()}
	if err := checkout.Copy(ctx, repository, f.dir); err != nil {
		t.Fatal(err)
	}
	f.run("rm", "-rf", ".git") // the copy's own
	f.git("init", "-q", "-b", "release")
	f.git("add", "-A")
	f.git("commit", "-q", "-m", "a release of payhooks")

	f.git("switch", "-q", "-c", "payhooks")
	f.cut()
	f.git("commit", "-q", "-a", "-m", "payhooks without the shop")
	f.git("switch", "-q", "-c", "team")
	f.own()
	f.git("add", "-A")
	f.git("commit", "-q", "-m", "our action")

	f.git("switch", "-q", "release")
	f.later()
	f.git("commit", "-q", "-a", "-m", "the next release")

	f.git("switch", "-q", "payhooks")
	f.git("read-tree", "-u", "--reset", "release")
	f.git("commit", "-q", "-m", "the next release of payhooks")
	f.cut()
	f.git("commit", "-q", "-a", "-m", "the next release without the shop")
	f.git("switch", "-q", "team")
	f.git("merge", "-q", "--no-edit", "payhooks")
	f.whole()
}

func (f *fork) cut() {
	f.Helper()
	if err := Cut(f.ctx, f.dir); err != nil {
		f.Fatal(err)
	}
	if err := Cut(f.ctx, f.dir); err == nil || !strings.Contains(err.Error(), "not committed") {
		f.Errorf("a cut that could not be taken back: %v", err)
	}
}

// own adds what the team wrote.
func (f *fork) own() {
	f.Helper()
	changes, err := scaffold.Add(f.dir, scaffold.Action{Name: "score-customers", Types: []string{"customer.created"}, Effect: scaffold.None, Table: "scores"})
	if err != nil {
		f.Fatal(err)
	}
	if err := scaffold.Write(f.dir, changes); err != nil {
		f.Fatal(err)
	}
}

// whole: what both sides have is there, in order, and the team's action works.
func (f *fork) whole() {
	f.Helper()
	for name, text := range map[string]string{
		"functions/score-customers/main.go": "score-customers", "infra/data.yaml": "'${Stack}-scores'",
		"infra/action.yaml": "ReceiveMessageWaitTimeSeconds: 5", "internal/ingest/ingest.go": "600 * time.Millisecond", "README.md": "the next release",
	} {
		f.has(name, text)
	}
	f.has("template.yaml", "  ScoreCustomersDelivery:\n")
	f.has("template.yaml", "NEW_OF_THE_PIPELINE: !Ref NewOfThePipeline\n")
	f.has("infra/data.yaml", "How far each sweep has come")
	for _, gone := range []string{"internal/shop", "functions/update-order", "infra/payhooks/shop.go"} {
		if _, err := os.Stat(filepath.Join(f.dir, gone)); !os.IsNotExist(err) {
			f.Errorf("the merge brought back %s: %v", gone, err)
		}
	}
	problems, err := check(os.DirFS(f.dir), "template.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range problems {
		f.Error(p)
	}
	f.run("go", "build", "./functions/...", "./internal/...")
	f.run("go", "test", "./functions/score-customers")
}
