package main

import (
	"strconv"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/status"
)

// problem is one thing that is not as it should be.
type problem struct {
	what    string
	command string // to type next
	person  bool   // an alarm calls one
}

// problems lists what is not as it should be, the gravest first.
func (p statusPage) problems() (all []problem) {
	add := func(n int, what, command string, person bool) {
		if n > 0 {
			all = append(all, problem{strconv.Itoa(n) + " " + what, command, person})
		}
	}
	total := p.Total()
	add(total.Unknown, "unknown", "parked", true)
	add(total.Parked, "parked", "parked", true)
	add(number(p.Quarantined), "quarantined", "quarantine list", true)
	add(number(p.Dead), "in dead letters", "deadletters list", true)
	add(p.Overdue, "overdue", "events list --status waiting", true)
	if p.late(p.OldestPending) {
		add(number(p.Pending), "pending", "events list --status pending", false)
	}
	add(number(p.Unrecorded), "unrecorded", "reconcile", false)
	for _, l := range p.Sweeps {
		if lag := time.Duration(l.Seconds) * time.Second; lag > status.LagLimit(l.Sweep) {
			all = append(all, problem{"sweep " + l.Sweep + " " + cli.Age(lag) + " behind", "reconcile", true})
		}
	}
	add(number(p.Refused), "refused", "refused", false)
	return all
}

// late reports whether an event should have been published by now.
func (p statusPage) late(oldest time.Time) bool {
	return !oldest.IsZero() && p.now.Sub(oldest) > status.LagLimit("pending")
}

func number(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}
