package main

import (
	"os"
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

// The README shows what the command writes, and that runs on a stack.
func TestAFunctionAddedAsTheReadmeSaysRuns(t *testing.T) {
	doc, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	line := fenced(t, string(doc), "sh", "bin/payhooks new")
	line, _, _ = strings.Cut(strings.TrimPrefix(line, "bin/payhooks "), "#")
	dir := copyProject(t)
	t.Chdir(dir)
	if r := run(t, strings.Fields(line)...); r.code != 0 || !strings.Contains(r.out, "functions/notify-churn/handle.go") {
		t.Fatalf("%+v", r)
	}
	for file, block := range map[string]string{
		"functions/notify-churn/handle.go": fenced(t, string(doc), "go", "handle"),
		"template.yaml":                    fenced(t, string(doc), "yaml", "NotifyChurn"),
	} {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), block) {
			t.Errorf("%s does not have what the README shows: %v", file, err)
		}
	}
	c := startStack(t, dir)
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
	}
	if r := run(t, "remove", "notify-churn", "--yes", "--json"); r.code != 0 || !strings.Contains(r.out, `"removed":true`) {
		t.Errorf("%+v", r)
	}
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
