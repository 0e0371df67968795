package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

const repository = "../.."

// The other way round, what is listed is in go.mod: a copy without some functions
// links less.
func TestEveryLinkedModuleHasItsNotice(t *testing.T) {
	notices, err := os.ReadFile(repository + "/" + file)
	if err != nil {
		t.Fatal(err)
	}
	modules, err := linked(t.Context(), repository)
	if err != nil {
		t.Fatal(err)
	}
	if len(modules) < 10 {
		t.Fatalf("only %d modules are linked", len(modules))
	}
	for _, m := range modules {
		if !strings.Contains(string(notices), "\n* "+m.Path+" "+m.Version+"\n") {
			t.Errorf("THIRD_PARTY lacks %s %s: run `make notices`", m.Path, m.Version)
		}
		texts, err := m.texts()
		if err != nil {
			t.Error(err)
		}
		for _, text := range texts {
			if !strings.Contains(string(notices), text) {
				t.Errorf("THIRD_PARTY lacks a licence of %s: run `make notices`", m.Path)
			}
		}
	}
}

func TestEveryNoticeIsOfAModuleInUse(t *testing.T) {
	notices, err := os.ReadFile(repository + "/" + file)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "* {{.Path}} {{.Version}}", "all")
	cmd.Dir = repository
	used, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(notices)) {
		if strings.HasPrefix(line, "* github.com/") && !strings.Contains(string(used), line) {
			t.Errorf("THIRD_PARTY lists %s, which go.mod does not: run `make notices`", strings.TrimSpace(line))
		}
	}
}

// klauspost/compress has code of others in folders below, golang.org/x a grant of
// patents beside its licence.
func TestTextsOfCodeThatAModuleTookFromOthersAreNotices(t *testing.T) {
	modules, err := linked(t.Context(), repository)
	if err != nil {
		t.Fatal(err)
	}
	notices, err := render(modules)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Caleb Spare", "The Snappy-Go Authors", "Additional IP Rights Grant (Patents)", "Copyright 2015 Amazon.com", "Stripe, Inc."} {
		if !strings.Contains(notices, text) {
			t.Errorf("no text has %q", text)
		}
	}
}
