package cli_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
)

func TestLongTableIsPrintedInPartsOfOneWidth(t *testing.T) {
	var out bytes.Buffer
	early := 0
	cmd := &cobra.Command{Use: "x", RunE: func(cmd *cobra.Command, _ []string) error {
		rows := cli.NewRows(cmd, "N", "TEXT")
		for i := range 2500 {
			if err := rows.Add(nil, i, strings.Repeat("x", 20-i/200)); err != nil {
				return err
			}
		}
		early = strings.Count(out.String(), "\n")
		return rows.Flush("none")
	}}
	cli.Prepare(cmd)
	cmd.SetOut(&out)
	cmd.SetArgs(nil)
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if early < 2000 || len(lines) != 2501 || strings.Count(out.String(), "TEXT") != 1 {
		t.Fatalf("%d lines before the end and %d in all", early, len(lines))
	}
	for i, line := range lines[1:] {
		if want := fmt.Sprintf(" %*d  %-20s ", min(3+i/1000, 4), i, strings.Repeat("x", 20-i/200)); line != want {
			t.Fatalf("line %d is %q, want %q", i, line, want)
		}
	}
}
