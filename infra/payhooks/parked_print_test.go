package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

// printedParked is what payhooks parked prints of n deliveries that failed alike.
func printedParked(t *testing.T, n int, args ...string) string {
	t.Helper()
	var list []operator.Item
	for i := range n {
		at := time.Date(2026, 11, 22, 3, i, 0, 0, time.FixedZone("", 3600))
		reason := fmt.Sprintf("no answer for pi_%03d %s behind the end", i, strings.Repeat("x", 300))
		list = append(list, operator.Item{Event: fmt.Sprintf("evt_%03d", i), Action: "ship", State: "parked", Reason: reason, Since: at})
	}
	var f parkedFlags
	var out bytes.Buffer
	cmd := &cobra.Command{Use: "parked", RunE: func(cmd *cobra.Command, _ []string) error { return f.print(cmd, list, nil) }}
	f.add(cmd)
	cli.Prepare(cmd)
	cmd.SetOut(&out)
	cmd.SetArgs(args)
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestManyParkedDeliveriesArePrintedAsGroups(t *testing.T) {
	for _, c := range []struct {
		n    int
		args string
		rows int // of events; else there is one group
	}{
		{20, "", 20},
		{21, "", 0},
		{21, "--group=false", 21},
		{2, "--group", 0},
		{21, "--action ship", 21},
		{21, "--reason answer", 21},
		{21, "--json", 21},
		{21, "--json --group", 0},
		{21, "--discarded", 0},
		{20, "--discarded", 20},
	} {
		out := printedParked(t, c.n, strings.Fields(c.args)...)
		grouped := strings.Contains(out, "no answer for pi_…") && strings.Contains(out, fmt.Sprint(c.n)) && strings.Count(out, "evt_") == 1
		if rows := strings.Count(out, "evt_"); c.rows > 0 && (rows != c.rows || grouped) || c.rows == 0 && !grouped {
			t.Errorf("%d with %q: %s", c.n, c.args, out)
		}
	}
	if out := printedParked(t, 0, "--group"); out != "nothing is parked\n" {
		t.Errorf("none: %q", out)
	}
	out := printedParked(t, 21)
	if !strings.Contains(out, "2026-11-22 02:00:00") || !strings.Contains(out, "2026-11-22 02:20:00") || !strings.Contains(out, "21 deliveries in 1 group;") {
		t.Errorf("no first and last time, or no count: %s", out)
	}
}

func TestWideReasonsAreWhole(t *testing.T) {
	for _, args := range []string{"", "--group", "--discarded"} {
		if out := printedParked(t, 1, strings.Fields(args)...); strings.Contains(out, "behind the end") {
			t.Errorf("%q prints %s", args, out)
		}
		if out := printedParked(t, 1, append(strings.Fields(args), "--wide")...); !strings.Contains(out, "behind the end") {
			t.Errorf("%q --wide prints %s", args, out)
		}
	}
}
