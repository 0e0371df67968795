package delivery_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

func TestRow31KilledFirstAttemptIsRunByTheNextReceive(t *testing.T) {
	r := newRig(t)
	r.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Commit" {
			return memory.Refuse(errDown)
		}
		return memory.Fault{}
	}
	h := r.process(add)
	if _, err := h.Deliver(t.Context(), "evt_1", false); !errors.Is(err, errDown) {
		t.Fatalf("error %v: the attempt was not killed", err)
	}
	r.Fault = nil
	r.want(r.again(h), event.Done, 0, 1)
	if r.runs != 2 {
		t.Fatalf("%d runs", r.runs)
	}
}

func TestRow31KilledClaimedAttemptResumesAfterItsLease(t *testing.T) {
	r := newRig(t)
	kill := true
	r.Fault = func(op memory.Op) memory.Fault {
		if kill && op.Name == "Commit" {
			return memory.Refuse(errDown)
		}
		return memory.Fault{}
	}
	h := r.process(add)
	if _, err := h.Deliver(t.Context(), "evt_1", true); err == nil {
		t.Fatal("the attempt was not killed")
	}
	kill = false
	d := r.again(h)
	if r.runs != 1 || d.State != event.Waiting || !d.Lease.After(r.now) {
		t.Fatalf("%d runs, %+v; expected it to wait for the lease", r.runs, d)
	}
	r.now = d.Lease
	r.want(r.again(h), event.Done, 0, 1)
	if d := r.record(); d.Attempts != 2 || len(d.History) != 1 || !strings.Contains(d.History[0].Error, "interrupted") {
		t.Fatalf("attempts %d, history %v", d.Attempts, d.History)
	}
}

func TestRow33NothingBeginsWithoutTimeLeft(t *testing.T) {
	r := newRig(t)
	if _, err := r.process(add).Deliver(until{t.Context(), r.now.Add(time.Second)}, "evt_1", true); err == nil || r.runs != 0 {
		t.Fatalf("error %v, %d runs", err, r.runs)
	}
	if _, err := r.Delivery(t.Context(), r.ref); !errors.Is(err, event.ErrNotFound) {
		t.Fatalf("a claim was made: %v", err)
	}
}

// until is a context with a deadline on the rig's clock.
type until struct {
	context.Context
	at time.Time
}

func (u until) Deadline() (time.Time, bool) { return u.at, true }

func TestLeaseOutlastsTheFunction(t *testing.T) {
	for name, again := range map[string]bool{"unclaimed": false, "claimed": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			end := r.now.Add(30 * time.Second) // which is assumed without a deadline
			h := r.process(func(ctx context.Context, a *delivery.Attempt) error {
				_, err := a.Effect(ctx, "mail/1", func(ctx context.Context) (json.RawMessage, error) {
					if e := r.effect(); !e.Lease.After(end) {
						t.Errorf("the effect's lease ends at %s", e.Lease)
					}
					if again && !r.record().Lease.After(end) {
						t.Errorf("the delivery's lease ends at %s", r.record().Lease)
					}
					return r.send(ctx)
				}, false)
				return err
			})
			r.want(r.deliver(h, again), event.Done, 1, 0)
		})
	}
}
