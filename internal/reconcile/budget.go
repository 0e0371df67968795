package reconcile

import (
	"context"
	"errors"
	"time"
)

// errBudget: this run has made all the calls that it may.
var errBudget = errors.New("the run's calls are used up")

// keptPart is which part of a run's calls and time is kept for thin events when they
// are due, so that a long listing of snapshots does not hold them up: a quarter.
const keptPart = 4

// budget is what a run may use: calls of Stripe's API, and time.
type budget struct {
	now      func() time.Time
	left     int // calls
	made     int
	kept     int           // of those that are left
	keptTime time.Duration // before the run's end
}

func (m *Missing) budget() *budget {
	b := &budget{now: m.Now, left: callsPerRun}
	if m.Calls > 0 {
		b.left = m.Calls
	}
	return b
}

// call counts one; errBudget if it must not be made.
func (b *budget) call(ctx context.Context) error {
	if b.left <= b.kept || !TimeFor(ctx, b.now(), endMargin+b.keptTime) {
		return errBudget
	}
	b.left--
	b.made++
	return nil
}

// keep leaves a part of both to what comes after keepNothing.
func (b *budget) keep(ctx context.Context) {
	b.kept = (b.left + keptPart - 1) / keptPart
	if until, ok := ctx.Deadline(); ok {
		b.keptTime = max(until.Sub(b.now())-endMargin, 0) / keptPart
	}
}

func (b *budget) keepNothing() { b.kept, b.keptTime = 0, 0 }
