package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
)

const hostile = "a\x1b[2Jb\u009bc\u202ed\x7fe\r\nf\xff\U000e0041"

// visible is hostile as a terminal gets it.
const visible = "a\\u001b[2Jb\\u009bc\\u202ed\\u007fe\\u000d\nf\uFFFD\\udb40\\udc41"

func TestHiddenCharactersBecomeVisible(t *testing.T) {
	var b bytes.Buffer
	out := cli.NewOutput(&b)
	if n, err := out.Write([]byte("é\t" + hostile)); err != nil || n != len("é\t"+hostile) || b.String() != "é\t"+visible {
		t.Errorf("%d bytes, %v: %q", n, err, b.String())
	}
	if got, want := cli.Line("a\nb\tc\r\nd\re"), "a b c d e"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := cli.Clip(strings.Repeat("é", 10<<10), 5); got != "éééé…" {
		t.Errorf("got %q", got)
	}
}

// A writer of buffers cuts text anywhere.
func TestCharactersCutByWritesArePrintedWhole(t *testing.T) {
	var b bytes.Buffer
	out := cli.NewOutput(&b)
	for i := range len("é€👩\u202e") {
		if _, err := out.Write([]byte("é€👩\u202e"[i : i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if want := `é€👩\u202e`; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestWithoutATerminalThereAreNoStylesAndRawBytes(t *testing.T) {
	var b bytes.Buffer
	out := cli.NewOutput(&b)
	if err := out.Print(cli.Part{Style: "31", Text: "a\x1b[0m"}, cli.Part{Text: "b  "}); err != nil || b.String() != "a\\u001b[0mb\n" {
		t.Errorf("without a terminal: %q, %v", b.String(), err)
	}
	b.Reset()
	if err := out.Raw([]byte(hostile)); err != nil || b.String() != hostile {
		t.Errorf("raw bytes to a pipe: %q, %v", b.String(), err)
	}
}

// command runs f as a command and returns what it printed.
func command(t *testing.T, f func(cmd *cobra.Command) error, args ...string) (out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	root := &cobra.Command{Use: "x"}
	root.AddCommand(&cobra.Command{Use: "y", RunE: func(cmd *cobra.Command, _ []string) error { return f(cmd) }})
	cli.Prepare(root)
	root.SetOut(&o)
	root.SetErr(&e)
	root.SetArgs(append([]string{"y"}, args...))
	if err := root.Execute(); err != nil {
		cli.PrintError(root, err)
	}
	return o.String(), e.String()
}

func TestEveryWayOfPrintingIsFiltered(t *testing.T) {
	out, errs := command(t, func(cmd *cobra.Command) error {
		cmd.Print(hostile)
		cmd.PrintErr(hostile)
		cmd.OutOrStdout().Write([]byte(hostile)) //nolint:errcheck // to a buffer
		cmd.ErrOrStderr().Write([]byte(hostile)) //nolint:errcheck // to a buffer
		return errors.New(hostile + "\nx: all is well")
	})
	if out != visible+visible || errs != visible+visible+"x: "+strings.ReplaceAll(visible+"\nx: all is well", "\n", "\n  ")+"\n" {
		t.Errorf("printed %q and %q", out, errs)
	}
}

func TestTablesAndJSONCarryNoHiddenCharacters(t *testing.T) {
	type named string
	for _, args := range [][]string{nil, {"--json"}} {
		long := hostile + strings.Repeat("x", 10<<10)
		out, _ := command(t, func(cmd *cobra.Command) error {
			rows := cli.NewRows(cmd, "TEXT", "N")
			if err := rows.Add(map[string]string{"text": long}, named(long), 1); err != nil {
				return err
			}
			return rows.Flush("none")
		}, args...)
		if strings.ContainsAny(out, "\x1b\u009b\u202e\x7f\r\U000e0041") {
			t.Errorf("%q prints %q", args, out)
		}
		var back map[string]string
		switch {
		case args != nil && (json.Unmarshal([]byte(out), &back) != nil || back["text"] != strings.ToValidUTF8(long, "\uFFFD")):
			t.Errorf("JSON changed the value: %q", out)
		case args == nil && (strings.Count(out, "\n") != 2 || len(out) > 700):
			t.Errorf("the table has %d lines and %d bytes", strings.Count(out, "\n"), len(out))
		}
	}
}

func TestFieldIsOneLineOfLimitedLength(t *testing.T) {
	var b bytes.Buffer
	cli.Field(&b, 5, "name", hostile+strings.Repeat("x", 10<<10))
	if strings.Count(b.String(), "\n") != 1 || len(b.String()) > 1100 {
		t.Errorf("%d bytes: %q", b.Len(), b.String())
	}
}
