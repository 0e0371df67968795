package simtest

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// Actor is one action of the simulated stack besides those that show the
// promises.
type Actor struct {
	Name  string
	Types []string // event types that its rule selects
	// Open makes the action over the stack's ports. It is called once a
	// schedule.
	Open func(Stack) *delivery.Handler
	// Tables are those that it writes. Their rows must end as in a run without
	// faults, so an operator retries what parks.
	Tables []string
	// Unknown: its effects may end with an unknown outcome.
	Unknown bool
	// Check returns what is wrong at the end of a schedule. nil checks nothing.
	Check func(Ended) []string
}

// Stack is what an actor may use of the simulated stack. Every call may crash the
// process, lose the reply, take long, or let others run in between.
type Stack struct{ w *world }

// Now is the clock of the stack's processes.
func (s Stack) Now() time.Time { return s.w.clock() }

// Log is the stack's log.
func (s Stack) Log() *slog.Logger { return s.w.log }

// Ledger has the rows of all actions.
func (s Stack) Ledger() event.Ledger { return ledger{store{s.w.store, s.w}} }

// Stripe is the fake of Stripe's API, without faults.
func (s Stack) Stripe() http.Handler { return s.w.stripe }

// Perform is an external effect that nothing takes back. The schedule fails if
// what has one name is performed twice. An error that is not one of package event's leaves
// open whether it happened.
func (s Stack) Perform(name string) error { return s.w.outside.happen(s.w, name) }

// Read is a call of something elsewhere that changes nothing.
func (s Stack) Read(what string) error {
	return s.w.io(memory.Op{Name: "Read", Key: what}, func() {})
}

// Ended is a schedule that is over.
type Ended struct {
	played *played
	// FaultFree is the same schedule without any fault, each event once and in
	// order.
	FaultFree map[string]int
}

// Performed is how often each effect happened, by name.
func (e Ended) Performed() map[string]int { return e.played.outside.sent }

// Deliveries are the records of the action.
func (e Ended) Deliveries(action string) (all []event.Delivery) {
	for _, p := range e.played.stripe.posts {
		if d, err := e.played.delivery(p.id, action); err == nil {
			all = append(all, d)
		}
	}
	return all
}

// virtual is a context with a deadline on the clock of the stack's processes.
type virtual struct {
	context.Context
	until time.Time
}

func (v virtual) Deadline() (time.Time, bool) { return v.until, true }

// within limits fn to d of the stack's time, as Lambda does: it ends the process then.
func (w *world) within(d time.Duration, fn func(context.Context)) func(context.Context) {
	return func(ctx context.Context) {
		end := w.clock().Add(d)
		w.ends[len(w.ends)-1] = end
		fn(virtual{ctx, end})
	}
}
