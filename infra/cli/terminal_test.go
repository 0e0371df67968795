package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

const strange = "a\x1b[2Jb\u202ec"

// A terminal gets styles of ours only, and no bytes of others unchanged.
func TestATerminalGetsOurStylesOnly(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	var b bytes.Buffer
	out := &Output{to: &b, terminal: true}
	if err := out.Print(Part{"31", strange}, Part{"", strange}); err != nil {
		t.Fatal(err)
	}
	if err := out.Raw([]byte(strange)); err != nil {
		t.Fatal(err)
	}
	const shown = `a\u001b[2Jb\u202ec`
	if want := "\x1b[31m" + shown + "\x1b[0m" + shown + "\n" + shown; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestABarIsDrawnOnATerminalOnly(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	for _, terminal := range []bool{true, false} {
		var b bytes.Buffer
		cmd := &cobra.Command{}
		cmd.SetErr(&Output{to: &b, terminal: terminal})
		p := NewProgress(cmd, strange, 2)
		p.Add(1)
		p.End()
		if got := b.String(); strings.Contains(got, "[2J") && !strings.Contains(got, `\u001b[2J`) || strings.Contains(got, "\u202e") || strings.Contains(got, "\r") != terminal {
			t.Errorf("terminal %t: %q", terminal, got)
		}
	}
}
