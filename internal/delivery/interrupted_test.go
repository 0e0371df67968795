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

// left is what a process left behind: a Recorder that forgets nothing of itself.
type left struct {
	attempts []event.Interrupted
	running  map[string]event.Running
}

func (l *left) Began(a event.Running) { l.running[a.Owner] = a }
func (l *left) Ended(owner string)    { delete(l.running, owner) }
func (l *left) Interrupted(fn func(event.Interrupted) error) (err error) {
	for _, i := range l.attempts {
		err = errors.Join(err, fn(i))
	}
	return err
}

// killed runs an attempt whose process dies before it commits, 300 ms after it began,
// and returns a process after it.
func (r *rig) killed(again bool, fn func(context.Context, *delivery.Attempt) error) (*delivery.Handler, *left) {
	r.t.Helper()
	l := &left{running: map[string]event.Running{}}
	var cut event.Interrupted
	h := r.process(func(ctx context.Context, a *delivery.Attempt) error {
		err := fn(ctx, a)
		for _, a := range l.running {
			cut = event.Interrupted{Running: a, Ended: r.now.Add(300 * time.Millisecond), Why: "exit: the process ended"}
		}
		r.Fault = func(memory.Op) memory.Fault { return memory.Refuse(errDown) }
		return err
	})
	h.Recorder = l
	if _, err := h.Deliver(r.t.Context(), "evt_1", again); !errors.Is(err, errDown) {
		r.t.Fatalf("the attempt ended: %v", err)
	}
	if len(l.running) != 0 {
		r.t.Fatalf("an attempt that returned counts as running: %v", l.running)
	}
	r.Fault = nil
	next := r.process(fn)
	next.Recorder = &left{attempts: []event.Interrupted{cut}, running: map[string]event.Running{}}
	return next, next.Recorder.(*left)
}

func nothing(context.Context, *delivery.Attempt) error { return nil }

func TestRow31NextProcessRecordsWhyTheLastOneEnded(t *testing.T) {
	for name, again := range map[string]bool{"first attempt": false, "claimed attempt": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			began := r.now
			h, _ := r.killed(again, add)
			if err := h.Recover(t.Context()); err != nil {
				t.Fatal(err)
			}
			d := r.record()
			if d.State != event.Waiting || d.Attempts != 1 || !d.Lease.IsZero() || !d.Next.After(r.now) {
				t.Errorf("%+v; it must wait for its next attempt", d)
			}
			if len(d.History) != 1 || !d.History[0].At.Equal(began.Add(300*time.Millisecond)) ||
				d.History[0].Error != "exit: the process ended, 300ms after it began" || d.Error != d.History[0].Error {
				t.Errorf("history %+v, error %q", d.History, d.Error)
			}
			r.now = d.Next
			r.want(r.again(h), event.Done, 0, 1)
			if d := r.record(); d.Attempts != 2 || len(d.History) != 1 {
				t.Errorf("%+v: the attempt was recorded twice", d)
			}
		})
	}
}

// What was written after the attempt began stands: its own result, whose process died
// before it heard of it, and another attempt's.
func TestInterruptedAttemptOverwritesNothing(t *testing.T) {
	for name, meanwhile := range map[string]func(r *rig, cut event.Interrupted){
		"the next attempt": func(r *rig, _ event.Interrupted) {
			r.now = r.now.Add(time.Minute)
			r.again(r.process(add))
		},
		"its own commit": func(r *rig, cut event.Interrupted) {
			d, _ := r.Delivery(r.t.Context(), r.ref)
			d.Event, d.Action, d.State, d.Owner, d.Attempts = "evt_1", "act", event.Done, cut.Owner, 1
			if err := r.Commit(r.t.Context(), event.Commit{Delivery: d, Claimed: cut.Claimed}); err != nil {
				r.t.Fatal(err)
			}
		},
	} {
		for kind, again := range map[string]bool{"first": false, "claimed": true} {
			t.Run(name+" after a "+kind+" one", func(t *testing.T) {
				r := newRig(t)
				h, l := r.killed(again, add)
				meanwhile(r, l.attempts[0])
				before := r.record()
				if err := h.Recover(t.Context()); err != nil {
					t.Fatal(err)
				}
				if d := r.record(); d.State != event.Done || d.Attempts != before.Attempts || d.Error != "" {
					t.Errorf("%+v, before it was %+v", d, before)
				}
			})
		}
	}
}

// The record may be done by the time that it is read, or only when it is written.
func TestInterruptedAttemptLosesAgainstAResultThatIsOnItsWay(t *testing.T) {
	for kind, again := range map[string]bool{"first": false, "claimed": true} {
		t.Run(kind, func(t *testing.T) {
			r := newRig(t)
			h, l := r.killed(again, add)
			arrive := once(func() {
				fault := r.Fault
				r.Fault = nil
				d := event.Delivery{Event: "evt_1", Action: "act", State: event.Done, Owner: l.attempts[0].Owner, Attempts: 1, First: r.now, Updated: r.now}
				if err := r.Commit(t.Context(), event.Commit{Delivery: d, Claimed: again}); err != nil {
					t.Error(err)
				}
				r.Fault = fault
			})
			r.Fault = func(op memory.Op) memory.Fault {
				if op.Name == "Commit" {
					arrive()
				}
				return memory.Fault{}
			}
			if err := h.Recover(t.Context()); err != nil {
				t.Fatal(err)
			}
			if d := r.record(); d.State != event.Done {
				t.Errorf("%+v", d)
			}
		})
	}
}

func TestAttemptsThatKeepEndingTheProcessParkWithTheReason(t *testing.T) {
	r := newRig(t)
	h, _ := r.killed(true, nothing)
	r.now = r.now.Add(event.RetryLimit)
	if err := h.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := r.record(); d.State != event.Parked || !strings.HasPrefix(d.Error, "exit: ") {
		t.Errorf("%+v", d)
	}
}

func TestUnknownEffectNamesWhatEndedTheProcess(t *testing.T) {
	r := newRig(t)
	h, _ := r.killed(true, func(ctx context.Context, a *delivery.Attempt) error {
		_, err := a.Effect(ctx, "mail/1", func(ctx context.Context) (json.RawMessage, error) {
			r.Fault = func(memory.Op) memory.Fault { return memory.Refuse(errDown) }
			return r.send(ctx)
		}, false)
		return err
	})
	r.now = r.now.Add(time.Hour)
	r.again(h)                   // ends the interrupted attempt
	r.now = r.now.Add(time.Hour) // its next one
	d := r.again(h)
	if d.State != event.Unknown || !strings.Contains(d.Error, "exit: the process ended, 300ms after it began") {
		t.Errorf("%+v", d)
	}
}

func TestProcessThatCannotRecoverWorksOn(t *testing.T) {
	r := newRig(t)
	h := r.process(add)
	h.Recorder = unreadable{&left{running: map[string]event.Running{}}}
	if err := h.Recover(t.Context()); err == nil {
		t.Error("no error")
	}
	r.want(r.again(h), event.Done, 0, 1)
}

type unreadable struct{ *left }

func (unreadable) Interrupted(func(event.Interrupted) error) error { return errDown }
