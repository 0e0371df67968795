package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
)

const (
	auditEvents = 100 // events of one question to a function
	auditRows   = 10  // rows of one question, each up to 400 KB; an answer takes 6 MB
	auditors    = 4   // questions to one function at a time
	auditTries  = 5
)

// auditor audits the state of a stack.
type auditor struct {
	Store    event.Store
	Ledger   event.Ledger
	Ask      func(ctx context.Context, action string, req delivery.AuditRequest) (delivery.AuditReply, error)
	Repair   bool
	Complete bool // no event has expired yet: the stored ones account for everything
	Progress func(n int)
	// Settle is how long a row that differs is given before it is looked at
	// again: live events change rows meanwhile. 0 is 2 seconds.
	Settle time.Duration

	events  map[string][]moment // by action
	known   map[string]bool     // ids of events walked since the audit began
	begin   time.Time
	summary auditSummary
}

// moment is an event's place in the order in which a row's events are folded.
type moment struct {
	created int64
	id      string
}

func (m moment) compare(o moment) int {
	return cmp.Or(cmp.Compare(m.created, o.created), cmp.Compare(m.id, o.id))
}

// rowKey is one row of state.
type rowKey struct{ table, key string }

// run audits one of the named actions, or all of them.
func (a *auditor) run(ctx context.Context, names []string, only string) (*auditSummary, error) {
	if only != "" && !slices.Contains(names, only) {
		return nil, noAction(only, names)
	}
	a.begin, a.known, a.events = time.Now(), map[string]bool{}, map[string][]moment{}
	if err := a.walk(ctx, a.begin.AddDate(-20, 0, 0)); err != nil {
		return nil, err
	}
	for _, name := range names {
		if only != "" && name != only {
			continue
		}
		one := &actionAudit{auditor: a, name: name, rows: map[rowKey][]moment{}}
		if err := one.run(ctx); err != nil {
			return nil, fmt.Errorf("audit %s: %w", name, err)
		}
	}
	return &a.summary, nil
}

// walk adds the events received since then to those of each subscriber.
func (a *auditor) walk(ctx context.Context, since time.Time) error {
	late := a.begin.Add(-time.Minute) // a second walk may meet these again
	for s, err := range a.Store.ReceivedBetween(ctx, since, time.Now().Add(time.Hour)) {
		if err != nil {
			return err
		}
		for _, name := range s.Subscribers {
			if !a.known[name+" "+s.ID] {
				a.events[name] = append(a.events[name], moment{s.Created.Unix(), s.ID})
			}
			if !s.Received.Before(late) {
				a.known[name+" "+s.ID] = true
			}
		}
	}
	return nil
}

// beyond is the verdict on a row that holds more than the events say.
func (a *auditor) beyond(it event.Row) verdict {
	if a.Complete && !it.Direct {
		return extra
	}
	return unprovable
}

func (s *auditSummary) add(f finding) {
	s.Findings = append(s.Findings, f)
	if f.Verdict == unprovable {
		s.Unprovable++
		return
	}
	s.Differences++
	if f.Repaired {
		s.Repaired++
	}
}
