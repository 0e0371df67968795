package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/checkout"
	"github.com/payhooks/payhooks/internal/event"
)

// fenced returns the first code block of the language that has the text in it.
func fenced(t *testing.T, doc, language, has string) string {
	t.Helper()
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(doc, -1) {
		if strings.Contains(m[1], has) {
			return m[1]
		}
	}
	t.Fatalf("README.md has no %s block with %q", language, has)
	return ""
}

// copyProject copies the checkout into a folder.
func copyProject(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := checkout.Copy(t.Context(), "../..", dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAFunctionAddedAsTheReadmeSaysRuns(t *testing.T) {
	doc, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := copyProject(t)
	folder := filepath.Join(dir, "functions", "notify-churn")
	if err := os.MkdirAll(folder, 0o750); err != nil {
		t.Fatal(err)
	}
	code := fenced(t, string(doc), "go", "notify-churn")
	if err := os.WriteFile(filepath.Join(folder, "main.go"), []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	addBlock(t, filepath.Join(dir, "template.yaml"), fenced(t, string(doc), "yaml", "NotifyChurn"))

	check := exec.CommandContext(t.Context(), "go", "run", "./infra/check")
	check.Dir = dir
	if out, err := check.CombinedOutput(); err != nil {
		t.Fatalf("the block does not pass make validate's own check: %s", out)
	}
	c := startStack(t, dir)
	body, err := events.Sample("customer.subscription.deleted", events.Go)
	if err != nil {
		t.Fatal(err)
	}
	if err := postSigned(t.Context(), c.Local.API+"/webhooks/default", demoSecret, body); err != nil {
		t.Fatal(err)
	}
	if err := waitIdle(command(t), c, time.Minute); err != nil {
		t.Fatal(err)
	}
	ds := deliveriesOf(t, c, idOf(t, body))
	for _, d := range ds {
		if d.Action == "notify-churn" && d.State == event.Done && d.Outcome == "notified the success team" {
			return
		}
	}
	t.Fatalf("notify-churn did not run: %+v", ds)
}

// addBlock adds a function's block at the end of the template's resources.
func addBlock(t *testing.T, path, block string) {
	t.Helper()
	template, err := os.ReadFile(path) //nolint:gosec // a test's own folder
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := strings.Cut(string(template), "\nOutputs:")
	if !ok {
		t.Fatal("template.yaml has no Outputs")
	}
	if err := os.WriteFile(path, []byte(before+"\n"+block+"\nOutputs:"+after), 0o600); err != nil {
		t.Fatal(err)
	}
}

func idOf(t *testing.T, body []byte) string {
	t.Helper()
	m := regexp.MustCompile(`"id": ?"(evt_[^"]+)"`).FindSubmatch(body)
	if m == nil {
		t.Fatal("a sample without an id")
	}
	return string(m[1])
}
