package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// writer is an output that calls a function before the first write.
type writer struct {
	bytes.Buffer
	first func()
}

func (w *writer) Write(b []byte) (int, error) {
	if w.Len() == 0 && w.first != nil {
		w.first()
	}
	return w.Buffer.Write(b)
}

// searched runs events list on 9,000 charges in memory; an interrupt comes at the first row if it is to.
func searched(t *testing.T, interrupt bool, line string, req operator.EventList) (out, errs string, err error) {
	t.Helper()
	d := operatortest.New(t, time.Now, 9000)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	rows, notes := &writer{}, &bytes.Buffer{}
	if interrupt {
		rows.first = stop
	}
	f := &eventFlags{line: strings.Fields(line)}
	cmd := &cobra.Command{Use: "x", RunE: func(cmd *cobra.Command, _ []string) error { return f.print(cmd, d.Operator, req) }}
	cli.Prepare(cmd)
	cmd.SetOut(rows)
	cmd.SetErr(notes)
	cmd.SetArgs(nil)
	if strings.Contains(line, "--json") {
		cmd.SetArgs([]string{"--json"})
	}
	err = cli.Stopped(ctx, cmd.ExecuteContext(ctx))
	return rows.String(), notes.String(), err
}

func TestStoppedSearchPrintsItsRowsAndHowToContinue(t *testing.T) {
	out, _, err := searched(t, true, "bin/payhooks events list --type charge.* --limit 9000 --json --before 2h", operator.EventList{Types: []string{"charge.*"}, Limit: 9000})
	rows := objects[operator.EventRow](t, out)
	if err == nil || len(rows) != 1000 {
		t.Fatalf("%d rows, %v; want the page that was read", len(rows), err)
	}
	want := "stopped after 1000 events, back to " + rows[999].Received.Format(millis) + "; continue with: bin/payhooks events list --type 'charge.*' --limit 9000 --json --before " + rows[999].Received.UTC().Format(millis)
	if err.Error() != want {
		t.Errorf("it says %q, want %q", err, want)
	}
}

func TestLongSearchSaysHowFarItCame(t *testing.T) {
	for _, c := range []struct {
		req       operator.EventList
		out, errs string
	}{
		{operator.EventList{Types: []string{"invoice.*"}, Limit: 50}, "no events", "9000 events read: all of them"},
		{operator.EventList{Types: []string{"charge.*"}, Limit: 1500}, "RECEIVED", "1500 events read, back to "},
		{operator.EventList{Limit: 50}, "RECEIVED", ""},
	} {
		out, errs, err := searched(t, false, "payhooks events list", c.req)
		if err != nil || !strings.Contains(out, c.out) || !strings.Contains(errs, c.errs) || c.errs == "" && errs != "" {
			t.Errorf("%+v: %.80q %q %v, want %q", c.req, out, errs, err, c.errs)
		}
		if strings.Count(out, "RECEIVED") > 1 {
			t.Errorf("%+v: the columns are named more than once", c.req)
		}
	}
}
