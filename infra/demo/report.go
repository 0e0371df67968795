package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// Report is the result of a plan.
type Report struct {
	Customers  int                       `json:"customers"`
	Requests   int                       `json:"requests"`
	Events     int                       `json:"events"`
	Seconds    float64                   `json:"seconds"`
	Rate       float64                   `json:"events_per_second"`
	Areas      []*Area                   `json:"areas"`
	Statuses   map[string]int            `json:"statuses"`   // events by status
	Deliveries map[string]map[string]int `json:"deliveries"` // by action and state
	Audit      *operator.AuditResult     `json:"audit"`
	Doubled    int                       `json:"doubled"`
	Broken     []string                  `json:"broken"`
	// Tables are what judges add: each is a key of the JSON and a table.
	Tables []Table `json:"-"`
}

// Table is a judge's own part of the report.
type Table struct {
	Key   string
	Value any // of the JSON's key
	Print func(io.Writer)
}

// MarshalJSON has a key for each table besides the fields.
func (r *Report) MarshalJSON() ([]byte, error) {
	type fields Report
	data, err := json.Marshal((*fields)(r))
	if err != nil || len(r.Tables) == 0 {
		return data, err
	}
	all := map[string]any{}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	for _, t := range r.Tables {
		all[t.Key] = t.Value
	}
	return json.Marshal(all)
}

func (r *Report) print(out io.Writer, inJSON bool) error {
	if inJSON {
		if err := cli.PrintJSON(out, r); err != nil {
			return err
		}
		return r.verdict()
	}
	fmt.Fprintln(out)
	for _, t := range r.tables() {
		t(out)
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "%s in %s, all done in %.1f s (%.0f/s)\n", cli.Count(r.Events, "event", "events"), cli.Count(r.Requests, "request", "requests"), r.Seconds, r.Rate)
	fmt.Fprintf(out, "audit: %s recomputed from the stored events, %d differ\n", cli.Count(r.Audit.Checked, "row", "rows"), len(r.Audit.Findings))
	for _, b := range r.Broken {
		fmt.Fprintln(out, "BROKEN", cli.Line(b))
	}
	if len(r.Broken) == 0 {
		fmt.Fprintln(out, r.passed())
	}
	return r.verdict()
}

// tables are those that have rows.
func (r *Report) tables() (all []func(io.Writer)) {
	if len(r.Areas) > 0 {
		all = append(all, r.printAreas)
	} else {
		all = append(all, r.printStatuses)
	}
	if len(r.Deliveries) > 0 {
		all = append(all, r.printDeliveries)
	}
	for _, t := range r.Tables {
		all = append(all, t.Print)
	}
	return all
}

func (r *Report) passed() string {
	if len(r.Areas) == 0 {
		return "every event is stored once, byte for byte; all checks passed"
	}
	return "results are identical in both API versions and from thin events; all checks passed"
}

func (r *Report) printAreas(out io.Writer) {
	t := cli.NewTable("RESULT", "AS EXPECTED", "")
	for _, a := range r.Areas {
		var counts []string
		for _, k := range slices.Sorted(maps.Keys(a.Counts)) {
			counts = append(counts, fmt.Sprintf("%d %s", a.Counts[k], k))
		}
		t.AppendRow([]any{a.Name, fmt.Sprintf("%d of %d", a.Matched, a.Expected), strings.Join(counts, ", ")})
	}
	fmt.Fprintln(out, t.Render())
}

func (r *Report) printStatuses(out io.Writer) {
	t := cli.NewTable("STATUS", "EVENTS")
	for _, status := range slices.Sorted(maps.Keys(r.Statuses)) {
		t.AppendRow([]any{status, r.Statuses[status]})
	}
	fmt.Fprintln(out, t.Render())
}

func (r *Report) printDeliveries(out io.Writer) {
	states := []string{string(event.Done), stateSkipped, string(event.Waiting), string(event.Parked), string(event.Unknown), string(event.Discarded)}
	t := cli.NewTable("ACTION", "DONE", "SKIPPED", "WAITING", "PARKED", "UNKNOWN", "DISCARDED")
	for _, action := range slices.Sorted(maps.Keys(r.Deliveries)) {
		row := []any{action}
		for _, s := range states {
			row = append(row, r.Deliveries[action][s])
		}
		t.AppendRow(row)
	}
	fmt.Fprintln(out, t.Render())
}

func (r *Report) verdict() error {
	if len(r.Broken) > 0 {
		return fmt.Errorf("%w: %s", ErrBroken, r.Broken[0])
	}
	return nil
}
