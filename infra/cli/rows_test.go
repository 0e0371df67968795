package cli_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

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

func TestGroupWithoutItsSubcommandIsAUsageError(t *testing.T) {
	root := &cobra.Command{Use: "payhooks"}
	group := &cobra.Command{Use: "group"}
	group.AddCommand(&cobra.Command{Use: "show", RunE: func(*cobra.Command, []string) error { return nil }})
	root.AddCommand(group)
	cli.Prepare(root)
	root.SetArgs([]string{"group"})
	if err := root.Execute(); err == nil || cli.ExitCode(err) != 2 || !strings.Contains(err.Error(), "needs a subcommand") {
		t.Errorf("%v", err)
	}
}

func TestTimeThatIsPrintedIsRead(t *testing.T) {
	at := time.Date(2026, 11, 22, 3, 4, 5, 0, time.FixedZone("", 3600))
	if text := cli.Time(at); text != "2026-11-22 02:04:05" || cli.Time(time.Time{}) != "" {
		t.Errorf("%q and %q, want UTC and nothing", text, cli.Time(time.Time{}))
	}
	if got, err := cli.ParseTime("--since", cli.Time(at), time.Now()); err != nil || !got.Equal(at) {
		t.Errorf("%v, %v; want %v", got, err, at)
	}
}
