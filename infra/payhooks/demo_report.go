package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/event"
)

// report is what came of the months.
type report struct {
	Customers  int                       `json:"customers"`
	Requests   int                       `json:"requests"`
	Events     int                       `json:"events"`
	Seconds    float64                   `json:"seconds"`
	Rate       float64                   `json:"events_per_second"`
	Areas      []*area                   `json:"areas"`
	Deliveries map[string]map[string]int `json:"deliveries"` // by action and state
	Books      story.Books               `json:"books"`      // by currency and account, debits positive
	Audit      *auditSummary             `json:"audit"`
	Doubled    int                       `json:"doubled"`
	Broken     []string                  `json:"broken"`
}

func (r *report) print(out io.Writer, inJSON bool) error {
	if inJSON {
		if err := printJSON(out, r); err != nil {
			return err
		}
		return r.verdict()
	}
	fmt.Fprintln(out)
	for _, print := range []func(io.Writer){r.printAreas, r.printDeliveries, r.printBooks} {
		print(out)
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "%d events in %d requests, all done in %.1f s (%.0f/s)\n", r.Events, r.Requests, r.Seconds, r.Rate)
	fmt.Fprintf(out, "audit: %d rows recomputed from the stored events, %d differ\n", r.Audit.Checked, len(r.Audit.Findings))
	for _, b := range r.Broken {
		fmt.Fprintln(out, "BROKEN", b)
	}
	if len(r.Broken) == 0 {
		fmt.Fprintln(out, "results are identical in both API versions; all checks passed")
	}
	return r.verdict()
}

func (r *report) printAreas(out io.Writer) {
	t := tableOf("RESULT", "AS EXPECTED", "")
	for _, a := range r.Areas {
		var counts []string
		for _, k := range sortedKeys(a.Counts) {
			counts = append(counts, fmt.Sprintf("%d %s", a.Counts[k], k))
		}
		t.AppendRow([]any{a.Name, fmt.Sprintf("%d of %d", a.AsTold, a.Told), strings.Join(counts, ", ")})
	}
	fmt.Fprintln(out, t.Render())
}

func (r *report) printDeliveries(out io.Writer) {
	states := []string{string(event.Done), stateSkipped, string(event.Waiting), string(event.Parked), string(event.Unknown), string(event.Discarded)}
	t := tableOf("ACTION", "DONE", "SKIPPED", "WAITING", "PARKED", "UNKNOWN", "DISCARDED")
	for _, action := range sortedKeys(r.Deliveries) {
		row := []any{action}
		for _, s := range states {
			row = append(row, r.Deliveries[action][s])
		}
		t.AppendRow(row)
	}
	fmt.Fprintln(out, t.Render())
}

// printBooks prints the trial balance: what every account stands at, debits
// positive, and the sum of each currency.
func (r *report) printBooks(out io.Writer) {
	var accounts []string
	for _, stands := range r.Books {
		accounts = append(accounts, sortedKeys(stands)...)
	}
	slices.Sort(accounts)
	accounts = slices.Compact(accounts)
	header := []any{"BOOKS"}
	for _, a := range accounts {
		header = append(header, strings.ToUpper(a))
	}
	t := tableOf(append(header, "SUM")...)
	for _, currency := range sortedKeys(r.Books) {
		row, sum := []any{strings.ToUpper(currency)}, int64(0)
		for _, a := range accounts {
			row = append(row, number(r.Books[currency][a], currency))
			sum += r.Books[currency][a]
		}
		t.AppendRow(append(row, number(sum, currency)))
	}
	fmt.Fprintln(out, t.Render())
}

func (r *report) verdict() error {
	if len(r.Broken) > 0 {
		return fmt.Errorf("%w: %s", errBroken, r.Broken[0])
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
