package main

import (
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/docpage"
)

// Each command line on the page of package action is one that payhooks takes.
func TestCommandLinesOfTheActionPageAreUnderstood(t *testing.T) {
	page, err := docpage.Read("../../internal/action")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(strings.Join(page.Blocks, "")) {
		line, ok := strings.CutPrefix(line, "bin/payhooks ")
		if !ok {
			continue
		}
		line, _, _ = strings.Cut(line, " # ")
		line, _, _ = strings.Cut(line, " < ")
		cmd, args, err := rootCommand().Find(strings.Fields(line))
		if err == nil {
			err = cmd.ParseFlags(args)
		}
		if err == nil && cmd.Args != nil {
			err = cmd.Args(cmd, cmd.Flags().Args())
		}
		if lines++; err != nil || !cmd.Runnable() {
			t.Errorf("payhooks %s: %v", line, err)
		}
	}
	if lines < 10 {
		t.Errorf("the page has %d command lines", lines)
	}
}
