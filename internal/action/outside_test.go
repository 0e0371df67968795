package action_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// outbox is an outside world that counts, and fails as asked.
type outbox struct {
	sent int
	fail error
	opts []action.EffectOption
}

func (o *outbox) act(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
	_, err := action.Outside(ctx, e, "mail/pi_1", func(context.Context) (string, error) {
		if certain(o.fail) {
			return "", o.fail
		}
		o.sent++
		return "message-1", o.fail
	}, o.opts...)
	if err != nil {
		return err
	}
	return count(e)
}

func certain(err error) bool {
	return err != nil && err.Error() == "throttled"
}

func TestAnOutsideEffectHappensOnceForAllEventsThatAskForIt(t *testing.T) {
	o := &outbox{}
	r := actiontest.New(t, o.act)
	r.Post(body("evt_1"))
	if d := r.Post(body("evt_2")); d.State != event.Done || d.Outcome != "already done for evt_1" {
		t.Fatalf("%s %q, want done and a note", d.State, d.Outcome)
	}
	if o.sent != 1 {
		t.Fatalf("sent %d times, want 1", o.sent)
	}
}

func TestWithheldEffectIsNamedBesideWhatWasDone(t *testing.T) {
	ready := false
	r := actiontest.New(t, func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
		send := func(context.Context) (int, error) { return 1, nil }
		if _, err := action.Outside(ctx, e, "mail", send); err != nil {
			return err
		}
		if action.DoneBy(e, "mail") == e.ID {
			e.Outcome("mailed")
		}
		if ready {
			_, err := action.Outside(ctx, e, "text", send)
			return err
		}
		kept, err := action.Withhold(ctx, e, "text", "no number")
		if kept == (action.DoneBy(e, "text") != "") {
			t.Errorf("withheld %v although done by %q", kept, action.DoneBy(e, "text"))
		}
		return err
	})
	d := r.Post(body("evt_1"))
	if d.State != event.Done || !d.Withheld || d.Outcome != "mailed, text skipped: no number" || len(d.Effects) != 2 {
		t.Fatalf("%s %q %+v, want both effects named", d.State, d.Outcome, d.Effects)
	}
	ready = true
	if d = r.DeliverStale("evt_1"); d.State != event.Done || d.Withheld || d.Outcome != "mailed" {
		t.Errorf("%s %q, withheld %v, want it done", d.State, d.Outcome, d.Withheld)
	}
}

func TestSkippedEffectDoesNotHideWhatWasDone(t *testing.T) {
	r := actiontest.New(t, func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
		_, err := action.Outside(ctx, e, "mail", func(context.Context) (int, error) { return 1, nil })
		e.Outcome("mailed")
		_, terr := action.Outside(ctx, e, "text", func(context.Context) (int, error) { return 0, action.Skip("opted out") })
		return errors.Join(err, terr)
	})
	if d := r.Post(body("evt_1")); d.State != event.Done || !d.Withheld || d.Outcome != "mailed, text skipped: opted out" {
		t.Errorf("%s %q, want both effects named", d.State, d.Outcome)
	}
}

func TestAnEffectThatCertainlyFailedIsTriedAgain(t *testing.T) {
	o := &outbox{fail: action.RetryAfter(errors.New("throttled"), time.Minute)}
	r := actiontest.New(t, o.act)
	d := r.Post(body("evt_1"))
	if d.State != event.Waiting || d.Next.Sub(r.Now) != time.Minute {
		t.Fatalf("%s until %s, want waiting for a minute", d.State, d.Next)
	}
	o.fail, r.Now = nil, d.Next
	if d := r.Deliver("evt_1"); d.State != event.Done || o.sent != 1 {
		t.Fatalf("%s with %d sent, want done with 1", d.State, o.sent)
	}
}

func TestWhatAClientThatAsksOnceSaysIsTheVerdict(t *testing.T) {
	for said, want := range map[error]struct {
		state event.State
		wait  time.Duration
	}{
		event.ErrThrottled:          {event.Waiting, time.Minute},
		event.ErrNotSent:            {event.Waiting, 2500 * time.Millisecond},
		event.ErrRejected:           {event.Parked, 0},
		errors.New("no answer yet"): {event.Unknown, 0},
	} {
		r := actiontest.New(t, func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
			_, err := action.Outside(ctx, e, "mail/pi_1", func(context.Context) (string, error) { return "", fmt.Errorf("mail %w", said) })
			return err
		})
		d := r.Post(body("evt_1"))
		if d.State != want.state || d.State == event.Waiting && d.Next.Sub(r.Now) != want.wait {
			t.Errorf("%v: %s, next in %s; want %s in %s", said, d.State, d.Next.Sub(r.Now), want.state, want.wait)
		}
	}
}

func TestALostReplyIsUnknownAndNeverRepeated(t *testing.T) {
	o := &outbox{fail: errors.New("connection reset")}
	r := actiontest.New(t, o.act)
	if d := r.Post(body("evt_1")); d.State != event.Unknown {
		t.Fatalf("state %s, want unknown", d.State)
	}
	o.fail = nil
	if err := r.Store.Reopen(t.Context(), event.DeliveryRef{Action: "action", Event: "evt_1"}, r.Now, false); err != nil {
		t.Fatal(err)
	}
	if d := r.Deliver("evt_1"); d.State != event.Unknown || o.sent != 1 || seen(t, r) != 0 {
		t.Fatalf("%s, %d sent, %d changes; want unknown, 1, 0", d.State, o.sent, seen(t, r))
	}
	if d := r.Post(body("evt_2")); d.State != event.Done || o.sent != 1 {
		t.Fatalf("another event for the same effect: %s, %d sent; want done, 1", d.State, o.sent)
	}
}

func TestACrashBetweenTheEffectAndItsRecordIsUnknown(t *testing.T) {
	o := &outbox{}
	r := actiontest.New(t, o.act)
	dead := true
	r.Store.Fault = func(op memory.Op) memory.Fault {
		if dead && (op.Name == "Resolve" || op.Name == "Commit") {
			return memory.Refuse(memory.ErrUnavailable)
		}
		return memory.Fault{}
	}
	if _, err := deliverStored(t, r, "evt_1", false); err == nil {
		t.Fatal("the attempt did not crash")
	}
	dead = false
	r.Now = r.Now.Add(time.Minute) // the lease is over
	if d := r.Deliver("evt_1"); d.State != event.Unknown || o.sent != 1 {
		t.Fatalf("%s with %d sent, want unknown with 1", d.State, o.sent)
	}
}

func TestIntentOfAnEarlierAttemptIsDecidedAfterItsLease(t *testing.T) {
	for name, tc := range map[string]struct {
		opts  []action.EffectOption
		state event.State
	}{
		"at most once":  {nil, event.Unknown},
		"at least once": {[]action.EffectOption{action.AtLeastOnce}, event.Done},
	} {
		t.Run(name, func(t *testing.T) {
			sent := 0
			r := actiontest.New(t, func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
				_, err := action.Outside(ctx, e, "mail/pi_1", func(context.Context) (string, error) { sent++; return "message-1", nil }, tc.opts...)
				return err
			})
			down := true
			r.Store.Fault = func(op memory.Op) memory.Fault {
				switch {
				case down && op.Name == "Intend":
					return memory.LoseReply(memory.ErrUnavailable) // it stands,
				case down && op.Name == "Resolve":
					return memory.Refuse(memory.ErrUnavailable) // and cannot be taken back
				}
				return memory.Fault{}
			}
			d := r.Post(body("evt_1"))
			if d.State != event.Waiting {
				t.Fatalf("%s, want it waiting", d.State)
			}
			down = false
			r.Now = d.Next // long before the intent's lease ends
			if d := r.Deliver("evt_1"); d.State != event.Waiting || sent != 0 {
				t.Fatalf("%s with %d sent, expected it to wait for the lease", d.State, sent)
			}
			r.Now = r.Now.Add(time.Minute)
			if d := r.Deliver("evt_1"); d.State != tc.state || sent != map[event.State]int{event.Done: 1}[tc.state] {
				t.Fatalf("%s with %d sent, want %s after the lease", d.State, sent, tc.state)
			}
		})
	}
}

func TestAtLeastOnceRepeatsWhatNobodyKnows(t *testing.T) {
	o := &outbox{fail: errors.New("connection reset"), opts: []action.EffectOption{action.AtLeastOnce}}
	r := actiontest.New(t, o.act)
	d := r.Post(body("evt_1"))
	if d.State != event.Waiting {
		t.Fatalf("state %s, want waiting", d.State)
	}
	o.fail, r.Now = nil, d.Next
	if d := r.Deliver("evt_1"); d.State != event.Done || o.sent != 2 {
		t.Fatalf("%s with %d sent, want done with 2", d.State, o.sent)
	}
}

func TestSeveralEffectsGoOnAfterTheLastThatSucceeded(t *testing.T) {
	var first, second int
	fail := error(action.NotSent(errors.New("refused")))
	r := actiontest.New(t, func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
		token, err := action.Outside(ctx, e, "first", func(context.Context) (int, error) { first++; return 7, nil })
		if err != nil {
			return err
		}
		_, err = action.Outside(ctx, e, "second", func(context.Context) (int, error) {
			if fail != nil {
				return 0, fail
			}
			second += token
			return 0, nil
		})
		return err
	})
	d := r.Post(body("evt_1"))
	fail, r.Now = nil, d.Next
	if d := r.Deliver("evt_1"); d.State != event.Done || first != 1 || second != 7 {
		t.Fatalf("%s, first ran %d times, second got %d; want done, 1, 7", d.State, first, second)
	}
}

func TestAnotherAttemptOfTheSameEffectWaitsForItsLease(t *testing.T) {
	o := &outbox{}
	var r *actiontest.Rig
	var second event.Delivery
	r = actiontest.New(t, func(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
		if e.ID == "evt_2" {
			return o.act(ctx, e)
		}
		_, err := action.Outside(ctx, e, "mail/pi_1", func(context.Context) (string, error) {
			second = r.Post(body("evt_2"))
			o.sent++
			return "message-1", nil
		})
		return err
	})
	r.Post(body("evt_1"))
	if second.State != event.Waiting || o.sent != 1 {
		t.Fatalf("second attempt %s with %d sent, want waiting with 1", second.State, o.sent)
	}
}
