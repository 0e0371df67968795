package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/journal"
)

// auditSummary is the result of `payhooks audit`.
type auditSummary struct {
	Checked     int              `json:"checked"` // rows of state
	Differences int              `json:"differences"`
	Unprovable  int              `json:"unprovable"`
	Repaired    int              `json:"repaired"`
	Findings    []auditedFinding `json:"findings,omitempty"`
}

type auditedFinding struct {
	Action string `json:"action"`
	action.AuditFinding
}

var errDifferences = errors.New("state is not what the stored events make of it")

func auditCommand() *cobra.Command {
	var only string
	var repair bool
	cmd := &cobra.Command{
		Use: "audit", Short: "Recompute state from the stored events and show every difference", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			s, err := runAudit(cmd.Context(), c, only, repair)
			if err != nil {
				return err
			}
			if err := s.print(cmd); err != nil {
				return err
			}
			if s.Differences > s.Repaired {
				return fmt.Errorf("%w: %d rows; --repair adds facts that are missing", errDifferences, s.Differences-s.Repaired)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&only, "action", "", "only this action's state")
	cmd.Flags().BoolVar(&repair, "repair", false, "add the facts that are missing; nothing is ever taken away")
	stackFlags(cmd)
	return cmd
}

const (
	auditEvents = 100 // per invocation
	auditRows   = 25
	// settling is how long a row that events may still change is looked at
	// again before it counts as different.
	settling   = 2 * time.Second
	auditTries = 5
)

// auditor audits one stack.
type auditor struct {
	*connection
	repair   bool
	complete bool
	events   map[string][]event.Facts // by action, oldest first
	summary  auditSummary
}

func runAudit(ctx context.Context, c *connection, only string, repair bool) (*auditSummary, error) {
	a := &auditor{connection: c, repair: repair}
	if err := a.walk(ctx); err != nil {
		return nil, err
	}
	if _, ok := a.events[only]; only != "" && !ok {
		return nil, fmt.Errorf("no stored event was wanted by an action %q", only)
	}
	for _, name := range sortedKeys(a.events) {
		if only != "" && name != only {
			continue
		}
		if err := a.action(ctx, name); err != nil {
			return nil, fmt.Errorf("audit %s: %w", name, err)
		}
	}
	return &a.summary, nil
}

// walk reads which events each action wanted, and whether any can have expired.
func (a *auditor) walk(ctx context.Context) error {
	a.events, a.complete = map[string][]event.Facts{}, true
	now := time.Now()
	err := a.Tables.Received(ctx, now.AddDate(-10, 0, 0), now.Add(time.Hour), func(s event.Stored) bool {
		for _, name := range s.Wanted {
			a.events[name] = append(a.events[name], s.Facts)
		}
		if !s.Expires.IsZero() && s.Expires.Before(now.AddDate(0, 0, 3)) {
			a.complete = false // older ones have gone already
		}
		return true
	})
	for _, fs := range a.events {
		slices.SortFunc(fs, func(x, y event.Facts) int { return cmp.Or(x.Created.Compare(y.Created), cmp.Compare(x.ID, y.ID)) })
	}
	return err
}

// action audits one action: first which events changed which rows, then row by
// row. What differs is looked at again, for live events change rows meanwhile.
func (a *auditor) action(ctx context.Context, name string) error {
	function, err := a.function(ctx, name)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		rows, err := a.rows(ctx, function, a.events[name])
		if err != nil {
			return err
		}
		found, err := a.check(ctx, function, rows)
		if err != nil {
			return err
		}
		extra, err := a.unaccounted(ctx, rows)
		if err != nil {
			return err
		}
		found = append(found, extra...)
		if len(found) == 0 || try == auditTries || a.repair {
			a.add(name, len(rows)+len(extra), found)
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(settling):
		}
		if err := a.walk(ctx); err != nil {
			return err
		}
	}
}

// rows groups the events by the row that they change.
func (a *auditor) rows(ctx context.Context, function string, fs []event.Facts) ([]action.AuditRow, error) {
	var rows []action.AuditRow
	at := map[[2]string]int{}
	for batch := range slices.Chunk(fs, auditEvents) {
		var req action.AuditRequest
		for _, f := range batch {
			req.Events = append(req.Events, f.ID)
		}
		reply, err := a.audit(ctx, function, req)
		if err != nil {
			return nil, err
		}
		for _, r := range reply.Rows {
			k := [2]string{r.Table, r.Key}
			if _, ok := at[k]; !ok {
				at[k] = len(rows)
				rows = append(rows, action.AuditRow{Table: r.Table, Key: r.Key})
			}
			rows[at[k]].Events = append(rows[at[k]].Events, r.Events...)
		}
	}
	return rows, nil
}

func (a *auditor) check(ctx context.Context, function string, rows []action.AuditRow) ([]action.AuditFinding, error) {
	var found []action.AuditFinding
	for batch := range slices.Chunk(rows, auditRows) {
		reply, err := a.audit(ctx, function, action.AuditRequest{Rows: batch, Complete: a.complete, Repair: a.repair})
		if err != nil {
			return nil, err
		}
		found = append(found, reply.Findings...)
	}
	return found, nil
}

// unaccounted finds the rows of the same tables that no stored event changed.
func (a *auditor) unaccounted(ctx context.Context, rows []action.AuditRow) ([]action.AuditFinding, error) {
	known := map[string]map[string]bool{}
	for _, r := range rows {
		if known[r.Table] == nil {
			known[r.Table] = map[string]bool{}
		}
		known[r.Table][r.Key] = true
	}
	var found []action.AuditFinding
	for _, table := range sortedKeys(known) {
		if table == journal.Table {
			continue // the pull of reconcile posts what no event tells of
		}
		err := a.Tables.Scan(ctx, table, func(key string, it event.Item) bool {
			if known[table][key] {
				return true
			}
			verdict := action.AuditUnprovable
			if a.complete {
				verdict = action.AuditExtra
			}
			found = append(found, action.AuditFinding{Table: table, Key: key, Verdict: verdict, Actual: it.Data})
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (a *auditor) add(name string, checked int, found []action.AuditFinding) {
	a.summary.Checked += checked
	for _, f := range found {
		a.summary.Findings = append(a.summary.Findings, auditedFinding{name, f})
		if f.Verdict == action.AuditUnprovable {
			a.summary.Unprovable++
			continue
		}
		a.summary.Differences++
		if f.Repaired {
			a.summary.Repaired++
		}
	}
}

func (s *auditSummary) print(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		return printJSON(out, s)
	}
	for _, f := range s.Findings {
		fmt.Fprintf(out, "%s: %s %s: %s", f.Action, f.Table, f.Key, f.Verdict)
		if f.Repaired {
			fmt.Fprint(out, ", repaired")
		}
		fmt.Fprintln(out)
		if f.Verdict == action.AuditMissing {
			fmt.Fprintln(out, indented(f))
		}
	}
	_, err := fmt.Fprintf(out, "%d rows checked, %d differences (%d repaired), %d unprovable\n", s.Checked, s.Differences, s.Repaired, s.Unprovable)
	return err
}

// indented shows the fields in which the row and the recomputed one differ.
func indented(f auditedFinding) string {
	actual, recomputed := fields(f.Actual), fields(f.Recomputed)
	var b strings.Builder
	for _, k := range sortedKeys(merged(actual, recomputed)) {
		if !bytes.Equal(actual[k], recomputed[k]) {
			fmt.Fprintf(&b, "  %-12s is %s, recomputed %s\n", k, clip(string(actual[k]), 120), clip(string(recomputed[k]), 120))
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// fields reads a row; what cannot be read has none.
func fields(row json.RawMessage) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	_ = json.Unmarshal(row, &m)
	return m
}

func merged(a, b map[string]json.RawMessage) map[string]json.RawMessage {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
