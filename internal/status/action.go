package status

import (
	"cmp"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Action is the state of one action's deliveries.
type Action struct {
	Action string `json:"action"`
	// Done counts since the stack's first run: the subscriptions of all events less
	// what is counted below and what is unrecorded. A message in its queue counts as
	// done for its first 15 minutes. Fetch has no subscriptions: 0. Absent where
	// something that it follows from could not be read.
	Done      *int `json:"done,omitempty"`
	Waiting   int  `json:"waiting"`
	Parked    int  `json:"parked"`
	Unknown   int  `json:"unknown"`
	Discarded int  `json:"discarded"`
	// Oldest is the earliest due time of what waits, and the time at which what is
	// parked or unknown came to be so.
	Oldest time.Time `json:"oldest,omitzero"`
	// Reason is the commonest error of the newest 100 that are parked or unknown,
	// whichever are more, else of those that wait.
	Reason   string `json:"reason,omitempty"`
	Disabled bool   `json:"disabled,omitempty"` // its rule is
	Removed  bool   `json:"removed,omitempty"`  // it has no rule
}

// rows makes the row of each action from what was found.
func (r *reading) rows() map[string]*Action {
	rows := map[string]*Action{}
	row := func(name string) *Action {
		if rows[name] == nil {
			rows[name] = &Action{Action: name, Removed: !r.unread(SourceRules)}
		}
		return rows[name]
	}
	for _, rule := range r.rules {
		row(rule.Action).Disabled, row(rule.Action).Removed = rule.Disabled, false
	}
	for g, t := range r.tallies {
		row(g.action).add(g.state, t)
	}
	for name := range r.subscribed {
		row(name)
	}
	return rows
}

// actions completes the rows.
func (r *reading) actions() []Action {
	all := []Action{} // not null
	for name, a := range r.rows() {
		a.Reason = r.reason(*a)
		if r.all && !r.unread(SourceDeliveries, SourceEvents) {
			done := max(0, r.subscribed[name]-r.missing[name]-a.Waiting-a.Parked-a.Unknown-a.Discarded)
			a.Done = &done
		}
		all = append(all, *a)
	}
	slices.SortFunc(all, func(a, b Action) int { return cmp.Compare(a.Action, b.Action) })
	return all
}

func (a *Action) add(s event.State, t *tally) {
	switch s {
	case event.Waiting:
		a.Waiting = t.count
	case event.Parked:
		a.Parked = t.count
	case event.Unknown:
		a.Unknown = t.count
	case event.Discarded:
		a.Discarded = t.count
		return
	}
	a.Oldest = earliest(a.Oldest, t.oldest)
}

// earliest of two times, of which zero is none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
