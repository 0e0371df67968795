package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/checkout"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/printer"
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

// withParameter is a copy of the project whose local stack has one more parameter.
func withParameter(t *testing.T, line string) string {
	t.Helper()
	dir := copyProject(t)
	parameters := filepath.Join(dir, "infra", "local", "parameters.yaml")
	text, err := os.ReadFile(parameters) //nolint:gosec // of the copy
	if err == nil {
		err = os.WriteFile(parameters, append(text, line+"\n"...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// startWatching starts a stack that takes up changes of its project, as make run does.
func startWatching(t *testing.T, dir string) *cli.Target {
	t.Helper()
	data := t.TempDir()
	t.Setenv("DATA_DIR", data)
	stack, err := local.Start(t.Context(), local.Config{
		Dir: dir, DataDir: data, Secret: demoSecret, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Watch: true,
		Validate: func(ctx context.Context) error { return checkStack(ctx, dir) },
		Reloaded: func(r local.Reload) { printer.New(t.Output(), false).Reloaded(r) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stack.Close() })
	c, err := cli.OpenLocal(t.Context(), stack.Running)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// untilRuns waits until the running stack has a function, or has it no more.
func untilRuns(t *testing.T, function string, want bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if r, err := local.Find(cli.DataDir()); err == nil && slices.Contains(r.Functions, function) == want {
			return
		}
	}
	t.Fatalf("%s: runs is not %t", function, want)
}

// The README shows what the command writes, and the running stack takes it up.
func TestAFunctionAddedAsTheReadmeSaysRuns(t *testing.T) {
	doc, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	line := fenced(t, string(doc), "sh", "bin/payhooks new")
	line, _, _ = strings.Cut(strings.TrimPrefix(line, "bin/payhooks "), "#")
	dir := copyProject(t)
	t.Chdir(dir)
	c := startWatching(t, dir)
	begin := time.Now()
	if r := run(t, strings.Fields(line)...); r.code != 0 || !strings.Contains(r.out, "functions/notify-churn/handle.go") || !strings.Contains(r.out, "The running local stack takes it up") {
		t.Fatalf("%+v", r)
	}
	t.Logf("payhooks new took %s", time.Since(begin))
	untilRuns(t, "notify-churn", true)
	for file, block := range map[string]string{
		"functions/notify-churn/handle.go": fenced(t, string(doc), "go", "handle"),
		"template.yaml":                    fenced(t, string(doc), "yaml", "NotifyChurn"),
	} {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), block) {
			t.Errorf("%s does not have what the README shows: %v", file, err)
		}
	}
	for _, version := range events.Versions() {
		body, err := events.Sample("customer.subscription.deleted", version)
		if err != nil {
			t.Fatal(err)
		}
		if err := postSigned(t.Context(), c.Local.API+"/webhooks/default", demoSecret, body); err != nil {
			t.Fatal(err)
		}
		if err := waitIdle(command(t), c, time.Minute); err != nil {
			t.Fatal(err)
		}
		d, err := c.Tables.Delivery(t.Context(), event.DeliveryRef{Action: "notify-churn", Event: idOf(t, body)})
		if err != nil || d.State != event.Done || d.Outcome != "handled customer.subscription.deleted" {
			t.Errorf("%s: %+v, %v", version, d, err)
		}
		t.Logf("an event of %s was done %s after the command began", version, time.Since(begin))
	}
	if r := run(t, "remove", "notify-churn", "--yes", "--json"); r.code != 0 || !strings.Contains(r.out, `"removed":true`) {
		t.Errorf("%+v", r)
	}
	untilRuns(t, "notify-churn", false)
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
