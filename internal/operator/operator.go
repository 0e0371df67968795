// Package operator has what a person can do with a stack: list what needs a
// decision, and retry, resolve, discard, replay, redrive, release, audit, repair,
// rebuild, restore and erase. The command, the console and the simulation all call it.
//
// Nothing here prints, reads the wall clock or asks back. A bulk request is
// planned first; its plan is the dry run.
package operator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Functions invokes the stack's functions.
type Functions interface {
	// Invoke sends the request as JSON and waits until the reply is read into
	// reply. An error of the function is returned as its text. Safe for
	// concurrent use.
	Invoke(ctx context.Context, name string, request, reply any) error
}

// Operator works on one stack. A method needs only the ports that its subject
// names. Safe for concurrent use.
type Operator struct {
	Stack       string // its name in errors
	Store       event.Store
	Ledger      event.Ledger
	Quarantine  event.Quarantine
	Bus         event.Bus
	DeadLetters event.DeadLetters
	Functions   Functions
	Copies      event.Copies
	Erasure     event.Erasure
	// Erasers of the state tables that may have a person's data, and Mailbox of a stack
	// that keeps what it sends: for PlanErase.
	Erasers []Eraser
	Mailbox Mailbox
	// Tables lists the stack's own tables by their short names, for Restore.
	Tables func(ctx context.Context) ([]string, error)
	// Own is the id of the stack's own account, if it is known, for Release.
	Own func(ctx context.Context) (string, error)
	// Since is when the stack's tables were created, for Audit.
	Since func(ctx context.Context) (time.Time, error)
	Now   func() time.Time
	// Sleep waits for d, or returns the error of ctx if that ends before.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Reasons why a delivery is not sent.
const (
	ReasonExpired   = event.Reason("expired")
	ReasonErased    = event.Reason("erased")
	ReasonNoRule    = event.Reason("no rule sends such events to the action any more")
	ReasonMoved     = event.Reason("no longer parked")
	ReasonUnfetched = event.Reason("what it refers to cannot be fetched: see payhooks events show")
	ReasonNothing   = event.Reason("nothing to do")
	ReasonRunning   = event.Reason("done, or running just now")
	ReasonRuns      = event.Reason("an attempt is running just now")
	ReasonWithheld  = event.Reason("skipped, or something of it withheld: --again asks for it")
)

// SampleSize is how many items a plan shows.
const SampleSize = 10

// ever is longer ago than anything happened.
const ever = 20 * 365 * 24 * time.Hour

// Skipped is a delivery that was left as it is.
type Skipped struct {
	Event  string       `json:"event"`
	Action string       `json:"action"`
	Why    event.Reason `json:"why"`
}

// Reasons counts what was left by its reason.
func Reasons(all []Skipped) map[event.Reason]int {
	var counts map[event.Reason]int
	for _, s := range all {
		counts = addOne(counts, s.Why)
	}
	return counts
}

// actions returns the names of the actions that have a rule, sorted.
func (o *Operator) actions(ctx context.Context) ([]string, error) {
	rules, err := o.Bus.Rules(ctx)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.Action
	}
	slices.Sort(names)
	return names, nil
}

// knownAction refuses the name of an action that no rule is for; an empty name
// is every action.
func (o *Operator) knownAction(ctx context.Context, name string) error {
	if name == "" {
		return nil
	}
	names, err := o.actions(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(names, name) {
		return noAction(name, names)
	}
	return nil
}

func noAction(name string, names []string) error {
	return fmt.Errorf("no action %q; the stack's actions are %s", name, strings.Join(names, ", "))
}

// notStored says where else the event is, if it is anywhere.
func (o *Operator) notStored(ctx context.Context, id string) error {
	held, _, err := o.quarantined(ctx)
	if err != nil {
		return err
	}
	if q, ok := held[id]; ok {
		return notFound(fmt.Sprintf("event %s is quarantined (%s): see payhooks quarantine show %s", id, q.Reason, id))
	}
	return notFound(fmt.Sprintf("no event %s in stack %s", id, o.Stack))
}

// notFound is event.ErrNotFound with a text of its own.
type notFound string

func (n notFound) Error() string { return string(n) }
func (n notFound) Unwrap() error { return event.ErrNotFound }
