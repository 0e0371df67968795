package operator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// attempts are the moments of a delivery, with time, state and text.
func attempts(d event.Delivery) (ms []Moment) {
	add := func(at time.Time, state, text string) {
		if !at.IsZero() {
			ms = append(ms, Moment{At: at, State: state, Text: text})
		}
	}
	if d.State != event.Done || d.Attempts > 1 {
		add(d.First, momentBegan, began(d))
	}
	history := d.History
	if n := len(history); n > 0 && (d.State == event.Parked || d.State == event.Unknown) && history[n-1].Error == d.Error {
		history = history[:n-1] // the last line says it
	}
	for _, a := range history {
		add(a.At, momentFailed, a.Error)
	}
	if d.Round > 0 {
		add(d.Reopened, momentReopened, fmt.Sprintf("reopened by an operator, round %d, after %s", d.Round+1, attemptsText(d.Before)))
	}
	if add(d.Updated, string(d.State), outcome(d)); !d.Updated.IsZero() {
		ms[len(ms)-1].Delivery = &d
	}
	return ms
}

func attemptsText(n int) string { return count(n, "attempt", "attempts") }

// count puts a number before a noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// began says how many of the attempts have no line of their own.
func began(d event.Delivery) string {
	if len(d.History) == event.HistoryLimit && d.Attempts > event.HistoryLimit {
		return fmt.Sprintf("first of %s; of those that failed, the last %d follow", attemptsText(d.Attempts), event.HistoryLimit)
	}
	return "first attempt"
}

// outcome says how a delivery is now, and what each external effect came to.
func outcome(d event.Delivery) string {
	parts := []string{cmp.Or(d.Outcome, "done")}
	switch d.State {
	case event.Done:
	case event.Discarded:
		parts = []string{"discarded by " + d.By}
	case event.Waiting:
		parts = []string{"next attempt at " + d.Next.UTC().Format(time.DateTime)}
		if d.Attempts == 0 {
			parts[0] = "no attempt yet, due at " + d.Next.UTC().Format(time.DateTime)
		}
	default:
		parts = []string{d.Error}
	}
	for _, e := range d.Effects {
		text := "effect " + e.Key + " " + strings.ReplaceAll(e.State, "_", " ")
		if e.Why != "" {
			text += " (" + e.Why + ")"
		}
		if e.Report != "" {
			text += ", " + string(e.Report)
		}
		parts = append(parts, text)
	}
	if d.State == event.Unknown && d.Effect != "" && len(d.Effects) == 0 {
		parts = append(parts, "effect "+d.Effect+" unknown")
	}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "; ")
}
