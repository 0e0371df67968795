package delivery_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

func TestRow74SecondRunWaitsForTheEffectOfTheFirst(t *testing.T) {
	r := newRig(t)
	b := r.process(r.mail)
	a := r.process(func(ctx context.Context, at *delivery.Attempt) error {
		_, err := at.Effect(ctx, "mail/1", func(ctx context.Context) (json.RawMessage, error) {
			if d := r.again(b); d.State != event.Waiting || r.sent != 0 {
				t.Fatalf("the second run: %s with %d sent", d.State, r.sent)
			}
			return r.send(ctx)
		}, false)
		return err
	})
	r.want(r.first(a), event.Waiting, 1, 0) // fenced by the second, whose record stands
	r.now = r.record().Next
	r.want(r.again(b), event.Done, 1, 0)
}

func TestRow74AtLeastOnceWaitsForTheLeaseToo(t *testing.T) {
	r := newRig(t)
	send := func(ctx context.Context, a *delivery.Attempt) error {
		_, err := a.Effect(ctx, "put/1", r.send, true)
		return err
	}
	b := r.process(send)
	a := r.process(func(ctx context.Context, at *delivery.Attempt) error {
		_, err := at.Effect(ctx, "put/1", func(ctx context.Context) (json.RawMessage, error) {
			r.again(b)
			return r.send(ctx)
		}, true)
		return err
	})
	r.want(r.first(a), event.Waiting, 1, 0)
}

// frozen runs fn right after the first intent is recorded, as in a process that
// freezes between its intent and its call.
func (r *rig) frozen(fn func()) {
	freeze := once(fn)
	r.Fault = func(op memory.Op) memory.Fault {
		if op.Name != "Intend" {
			return memory.Fault{}
		}
		return memory.Fault{After: func() error { freeze(); return nil }}
	}
}

func TestRow75ThawedRunSendsNothingAfterItsLease(t *testing.T) {
	r := newRig(t)
	h := r.process(r.mail)
	r.frozen(func() {
		r.now = r.now.Add(time.Hour)
		if d := r.again(h); d.State != event.Unknown || d.Effect != "mail/1" {
			t.Fatalf("the second run: %+v", d)
		}
		r.resolve(event.EffectNotPerformed)
		r.reopen(false)
		r.want(r.again(h), event.Done, 1, 0)
	})
	r.want(r.first(h), event.Done, 1, 0)
}

func TestFrozenRunAloneLeavesNothingUnknown(t *testing.T) {
	r := newRig(t)
	h := r.process(r.mail)
	r.frozen(func() { r.now = r.now.Add(time.Hour) })
	d := r.first(h)
	r.want(d, event.Waiting, 0, 0)
	r.now = d.Next
	r.want(r.again(h), event.Done, 1, 0)
}

// effect is the mail as it is recorded.
func (r *rig) effect() event.Effect {
	r.t.Helper()
	e, err := r.Effect(r.t.Context(), event.EffectRef{Action: "act", Scope: event.Scope{Livemode: true}, Key: "mail/1"})
	if err != nil {
		r.t.Fatal(err)
	}
	return e
}

// resolve is a person's word on the effect.
func (r *rig) resolve(s event.EffectState) {
	r.t.Helper()
	e := r.effect()
	e.State, e.Updated = s, r.now
	if err := r.Resolve(r.t.Context(), e); err != nil {
		r.t.Fatal(err)
	}
}

func TestRow77NothingRunsForAnEventPastItsTime(t *testing.T) {
	t.Run("the delivery outlives the event", func(t *testing.T) {
		r := newRig(t)
		h := r.process(add)
		r.first(h)
		r.now = r.now.AddDate(1, 0, 1)
		r.Expire(r.now)
		r.want(r.again(h), event.Done, 0, 1)
		if expires := r.record().Expires; expires.Before(r.now.AddDate(0, 0, 28)) {
			t.Fatalf("the delivery expires on %s", expires)
		}
	})
	t.Run("the store deletes the delivery before the event", func(t *testing.T) {
		r := newRig(t)
		h := r.process(add)
		r.put("evt_2", r.now.Add(time.Hour))
		r.now = r.now.Add(2 * time.Hour)
		d, err := h.Deliver(t.Context(), "evt_2", true)
		if err != nil || d.State != event.Parked || r.runs != 0 {
			t.Fatalf("%+v, %v, %d runs", d, err, r.runs)
		}
	})
}

func TestEffectLivesAsLongAsTheLastEventThatNamedIt(t *testing.T) {
	r := newRig(t)
	r.put("evt_2", r.now.AddDate(3, 0, 0))
	h := r.process(r.mail)
	for _, id := range []string{"evt_1", "evt_2"} {
		if _, err := h.Deliver(t.Context(), id, false); err != nil {
			t.Fatal(err)
		}
	}
	if e := r.effect(); r.sent != 1 || !e.Expires.After(r.now.AddDate(3, 0, 0)) {
		t.Fatalf("%d sent, expires %s", r.sent, e.Expires)
	}
}

func TestFetchedResultStaysTheSame(t *testing.T) {
	r := newRig(t)
	answers := []string{`"one"`, `"two"`}
	var got []string
	asked, fail := 0, true
	h := r.process(func(ctx context.Context, a *delivery.Attempt) error {
		raw, err := a.Fetch(ctx, "object/1", func(context.Context) (json.RawMessage, error) {
			asked++
			return json.RawMessage(answers[r.runs-1]), nil
		})
		if err != nil {
			return err
		}
		if got = append(got, string(raw)); fail {
			fail = false
			return errDown
		}
		return nil
	})
	d := r.first(h)
	r.now = d.Next
	r.want(r.again(h), event.Done, 0, 0)
	if len(got) != 2 || got[0] != `"one"` || got[1] != `"one"` || asked != 1 {
		t.Fatalf("got %v, asked %d times", got, asked)
	}
}

func TestFailedFetchIsRetriedAndNeverUnknown(t *testing.T) {
	for name, err := range map[string]error{"network": errors.New("reset"), "throttled": event.ErrThrottled, "denied": event.ErrDenied} {
		r := newRig(t)
		d := r.first(r.process(func(ctx context.Context, a *delivery.Attempt) error {
			_, ferr := a.Fetch(ctx, "object/1", func(context.Context) (json.RawMessage, error) { return nil, err })
			return ferr
		}))
		if d.State != event.Waiting {
			t.Errorf("%s: %s", name, d.State)
		}
	}
}
