package operator

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
)

const (
	auditEvents = 100 // events of one question to a function
	auditRows   = 7   // rows of one question, each up to 400 KB and twice in its answer, which takes 6 MB
	auditors    = 4   // questions to one function at a time
	auditTries  = 5
	// settling is how long a row that differs is given before it is looked at
	// again: live events change rows meanwhile.
	settling = 2 * time.Second
)

// Audit asks for state to be recomputed from the stored events.
type Audit struct {
	Action string // only its state; empty: every action's
	Repair bool   // add the facts that are missing; nothing is removed or written over
	// Rebuild replaces the rows that differ, where the stored events account for
	// everything in them.
	Rebuild  bool
	Progress func(n int) // called after each n events or rows, from several goroutines; nil is none
}

// AuditResult is what an audit found.
type AuditResult struct {
	Checked     int       `json:"checked"` // rows of state
	Differences int       `json:"differences"`
	Missing     int       `json:"missing"` // of the differences, as the next two
	Extra       int       `json:"extra"`
	Changed     int       `json:"changed"`
	Unprovable  int       `json:"unprovable"`
	Repaired    int       `json:"repaired"`
	Rebuilt     int       `json:"rebuilt"`
	Findings    []Finding `json:"findings,omitempty"`
}

// Verdict of an audit on one row.
type Verdict string

// The verdicts.
const (
	Missing    Verdict = "missing"    // the row is what some of its events make; facts of others are not in it
	Extra      Verdict = "extra"      // the row holds what no event accounts for
	Changed    Verdict = "changed"    // the row is nothing that its events make: somebody else wrote it, too
	Unprovable Verdict = "unprovable" // the events that could prove it have expired or were erased, or are not all that makes the row
)

// Finding is a row that is not as recomputed.
type Finding struct {
	Action     string          `json:"action"`
	Table      string          `json:"table,omitempty"`
	Key        string          `json:"key"` // of the row; of the event if it could not be recomputed
	Verdict    Verdict         `json:"verdict"`
	Error      string          `json:"error,omitempty"` // why the event cannot be recomputed, or the row not read
	Actual     json.RawMessage `json:"actual,omitempty"`
	Recomputed json.RawMessage `json:"recomputed,omitempty"`
	Repaired   bool            `json:"repaired,omitempty"`
	// Rebuildable: a rebuild replaces the row.
	Rebuildable bool `json:"rebuildable,omitempty"`
	Rebuilt     bool `json:"rebuilt,omitempty"`
}

// auditor is one audit under way.
type auditor struct {
	*Operator
	Audit
	names  []string            // of the actions
	kept   kept                // how long the stored events account for everything
	events map[string][]moment // by action
	known  map[string]bool     // ids of events walked since the audit began
	begin  time.Time
	erased int // how many events were erased
	result AuditResult
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

// Audit recomputes each action's state from the stored events, through the
// action's own function, and compares. It calls nothing external and changes
// nothing unless Repair or Rebuild is set; it may run during live traffic.
func (o *Operator) Audit(ctx context.Context, req Audit) (*AuditResult, error) {
	names, err := o.actions(ctx)
	if err != nil {
		return nil, err
	}
	if req.Action != "" {
		if !slices.Contains(names, req.Action) {
			return nil, noAction(req.Action, names)
		}
		names = []string{req.Action}
	}
	a := &auditor{Operator: o, Audit: req, names: names, begin: o.Now(), known: map[string]bool{}, events: map[string][]moment{}}
	if a.kept.since, err = o.Since(ctx); err != nil {
		return nil, err
	}
	erasures, err := o.Erasures(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, e := range erasures {
		a.erased += e.Events // one that found nothing takes no proof away
	}
	if err := a.walk(ctx, a.begin.Add(-ever)); err != nil {
		return nil, err
	}
	for _, name := range names {
		one := &actionAudit{auditor: a, name: name, rows: map[rowKey][]moment{}}
		if err := one.run(ctx); err != nil {
			return nil, fmt.Errorf("audit %s: %w", name, err)
		}
	}
	return &a.result, nil
}

// ask sends one question to an action's function.
func (a *auditor) ask(ctx context.Context, action string, req delivery.AuditRequest) (reply delivery.AuditReply, err error) {
	err = a.Functions.Invoke(ctx, action, map[string]any{"audit": req}, &reply)
	return reply, err
}

func (a *auditor) progress(n int) {
	if a.Progress != nil {
		a.Progress(n)
	}
}

// walk adds the events received since then to those of each subscriber.
func (a *auditor) walk(ctx context.Context, since time.Time) error {
	late := a.begin.Add(-time.Minute) // a second walk may meet these again
	if a.Rebuild {
		late = time.Time{} // or any
	}
	for s, err := range event.ReceivedBetween(ctx, a.Store, since, a.Now().Add(time.Hour)) {
		if err != nil {
			return err
		}
		a.kept.add(s)
		for _, name := range a.subscribers(s) {
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

// subscribers are the actions whose state the event may change. One that is
// pending may have been delivered all the same: its subscribers are recorded
// after it was published.
func (a *auditor) subscribers(s event.Stored) []string {
	if s.Pending && a.Rebuild {
		return a.names
	}
	return s.Subscribers
}

// complete reports whether no event of the stack can have expired or was erased: the
// stored ones account for everything.
func (a *auditor) complete() bool { return a.erased == 0 && a.kept.complete(a.Now()) }

func (s *AuditResult) add(f Finding) {
	s.Findings = append(s.Findings, f)
	switch f.Verdict {
	case Unprovable:
		s.Unprovable++
		return
	case Missing:
		s.Missing++
	case Extra:
		s.Extra++
	case Changed:
		s.Changed++
	}
	s.Differences++
	if f.Repaired {
		s.Repaired++
	}
	if f.Rebuilt {
		s.Rebuilt++
	}
}
