package cli

import (
	"strconv"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/status"
)

// StatusWords are the sentences of a status, for the command and the console.
type StatusWords struct {
	status.Status
	Now time.Time
}

// Problem is one thing that is not as it should be.
type Problem struct {
	What    string
	Command string // to type next
	Person  bool   // an alarm calls one
}

// Problems lists what is not as it should be, the gravest first.
func (w StatusWords) Problems() (all []Problem) {
	add := func(n int, what, command string, person bool) {
		if n > 0 {
			all = append(all, Problem{strconv.Itoa(n) + " " + what, command, person})
		}
	}
	total := w.Total()
	add(total.Unknown, "unknown", "parked", true)
	add(total.Parked, "parked", "parked", true)
	add(status.Known(w.Quarantined), "quarantined", "quarantine list", true)
	add(status.Known(w.Dead), "in dead letters", "deadletters list", true)
	add(w.Overdue, "overdue", "events list --status waiting", true)
	if w.late(w.OldestPending) {
		add(status.Known(w.Pending), "pending", "events list --status pending", false)
	}
	add(status.Known(w.Unrecorded), "unrecorded", "reconcile", false)
	for _, l := range w.Sweeps {
		if lag := time.Duration(l.Seconds) * time.Second; lag > status.LagLimit(l.Sweep) {
			all = append(all, Problem{"sweep " + l.Sweep + " " + Age(lag) + " behind", "reconcile", true})
		}
	}
	add(status.Known(w.Refused), "refused", "refused", false)
	return all
}

// Headline says in one line whether anything needs a person.
func (w StatusWords) Headline() string {
	var person, also []string
	for _, p := range w.Problems() {
		if p.Person {
			person = append(person, p.What)
		} else {
			also = append(also, p.What)
		}
	}
	line := "nothing needs a person"
	if len(person) > 0 {
		line = "needs a person: " + strings.Join(person, ", ")
	}
	if len(also) > 0 {
		line += "; also " + strings.Join(also, ", ")
	}
	if len(w.Unread) > 0 {
		line += "; could not be read: " + w.Missing()
	}
	return line
}

// Missing names what could not be read.
func (w StatusWords) Missing() string {
	names := make([]string, len(w.Unread))
	for i, s := range w.Unread {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

// StatusAtLeast is said of a status with more than is counted at once.
const StatusAtLeast = "there is more than is counted at once: these are at least the counts"

// ActionReason is why deliveries of an action wait or need a person.
func ActionReason(a status.Action) string {
	switch {
	case a.Disabled:
		return strings.TrimSuffix("its rule is disabled; "+a.Reason, "; ")
	case a.Removed:
		return strings.TrimSuffix("it has no rule; "+a.Reason, "; ")
	}
	return a.Reason
}

// SweepsText says how far each sweep is.
func (w StatusWords) SweepsText() string {
	if len(w.Sweeps) == 0 {
		return "none was complete yet"
	}
	var behind, even []string
	for _, l := range w.Sweeps {
		if l.Seconds > 0 {
			behind = append(behind, l.Sweep+" is "+Age(time.Duration(l.Seconds)*time.Second)+" behind")
		} else {
			even = append(even, l.Sweep)
		}
	}
	if len(even) > 0 {
		keep := " keep up"
		if len(even) == 1 {
			keep = " keeps up"
		}
		behind = append(behind, strings.Join(even, ", ")+keep)
	}
	return strings.Join(behind, "; ")
}

// late reports whether an event should have been published by now.
func (w StatusWords) late(oldest time.Time) bool {
	return !oldest.IsZero() && w.Now.Sub(oldest) > status.LagLimit("pending")
}
