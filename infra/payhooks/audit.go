package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/spf13/cobra"
)

// auditSummary is the result of `payhooks audit`.
type auditSummary struct {
	Checked     int       `json:"checked"` // rows of state
	Differences int       `json:"differences"`
	Unprovable  int       `json:"unprovable"`
	Repaired    int       `json:"repaired"`
	Findings    []finding `json:"findings,omitempty"`
}

// verdict of an audit on one row.
type verdict string

const (
	missing    verdict = "missing"    // facts of stored events are not in the row
	extra      verdict = "extra"      // the row holds what no event accounts for
	unprovable verdict = "unprovable" // the events that could tell are gone, or are not all that makes the row
)

// finding is a row that is not as recomputed.
type finding struct {
	Action     string          `json:"action"`
	Table      string          `json:"table,omitempty"`
	Key        string          `json:"key"` // of the row; of the event if it could not be recomputed
	Verdict    verdict         `json:"verdict"`
	Error      string          `json:"error,omitempty"`
	Actual     json.RawMessage `json:"actual,omitempty"`
	Recomputed json.RawMessage `json:"recomputed,omitempty"`
	Repaired   bool            `json:"repaired,omitempty"`
}

var errDifferences = errors.New("state differs from what the stored events give")

const auditLong = `Recompute every action's state from the stored events, and what was fetched and
kept with them, through the action's own code, and show every row that differs.
Nothing outside is called and nothing is changed.

missing     facts of stored events are not in the row
extra       the row holds what no stored event accounts for
unprovable  older events have expired, and they may account for it

--repair adds what is missing, and only where the action's transition gives the
same row however often it sees a fact (a union; not a counter). It takes
nothing away, and may run beside live traffic.

Every event is read twice for each of its subscribers, by the action's own
function, which is billed for it.`

func auditCommand() *cobra.Command {
	var only string
	var repair bool
	cmd := &cobra.Command{
		Use: "audit", Short: "Recompute state from the stored events and show every difference", Long: auditLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			s, err := runAudit(cmd, c, only, repair)
			if err != nil {
				return err
			}
			if err := s.print(cmd); err != nil {
				return err
			}
			if left := s.Differences - s.Repaired; left > 0 {
				return fmt.Errorf("%w: %s%s", errDifferences, count(left, "row", "rows"), s.advice())
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&only, "action", "", "only this action's state")
	cmd.Flags().BoolVar(&repair, "repair", false, "add the facts that are missing; nothing is ever taken away")
	stackFlags(cmd)
	return cmd
}

// runAudit audits the state of one action, or of all.
func runAudit(cmd *cobra.Command, c *connection, only string, repair bool) (*auditSummary, error) {
	names, err := c.actions(cmd.Context())
	if err != nil {
		return nil, err
	}
	shown := newProgress(cmd, "events and rows looked at", 0)
	defer shown.end()
	a := &auditor{Store: c.Tables, Ledger: c.Tables, Ask: c.asker(), Repair: repair, Progress: func(n int) {
		for range n {
			shown.add()
		}
	}}
	if a.Complete, err = c.complete(cmd.Context()); err != nil {
		return nil, err
	}
	return a.run(cmd.Context(), names, only)
}

func (s *auditSummary) print(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		return printJSON(out, s)
	}
	for _, f := range s.Findings {
		f.print(out)
	}
	_, err := fmt.Fprintf(out, "%s checked, %s (%d repaired), %d unprovable\n", count(s.Checked, "row", "rows"),
		count(s.Differences, "difference", "differences"), s.Repaired, s.Unprovable)
	return err
}

// advice says what --repair can do about what is left.
func (s *auditSummary) advice() string {
	for _, f := range s.Findings {
		if f.Verdict == missing && !f.Repaired {
			return "; --repair adds facts that are missing, where that cannot count one twice"
		}
	}
	return "; --repair never removes data: find out who wrote these rows"
}

func (f finding) print(out io.Writer) {
	if f.Error != "" {
		fmt.Fprintf(out, "%s: event %s: %s: %s\n", f.Action, f.Key, f.Verdict, f.Error)
		return
	}
	fmt.Fprintf(out, "%s: %s %s: %s", f.Action, f.Table, f.Key, f.Verdict)
	if f.Repaired {
		fmt.Fprint(out, ", repaired")
	}
	fmt.Fprintln(out)
	if f.Verdict != unprovable {
		fmt.Fprint(out, f.fields())
	}
}

// fields shows what the row and the recomputed one differ in.
func (f finding) fields() string {
	actual, recomputed := fieldsOf(f.Actual), fieldsOf(f.Recomputed)
	all := maps.Clone(actual)
	maps.Copy(all, recomputed)
	var b strings.Builder
	for _, k := range sortedKeys(all) {
		if !bytes.Equal(actual[k], recomputed[k]) {
			fmt.Fprintf(&b, "  %-12s is %s, recomputed %s\n", k, valueOf(actual[k]), valueOf(recomputed[k]))
		}
	}
	return b.String()
}

func valueOf(value json.RawMessage) string {
	if value == nil {
		return "absent"
	}
	return clip(string(value), 160)
}

// fieldsOf reads a row; what cannot be read has none.
func fieldsOf(row json.RawMessage) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	if json.Unmarshal(row, &m) != nil || m == nil {
		return map[string]json.RawMessage{}
	}
	return m
}
