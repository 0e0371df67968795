package action_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// counter is a row of state that counts the events that touched it.
type counter struct {
	Seen int `json:"seen"`
}

func count(e *action.Event[stripe.PaymentIntent]) error {
	return action.Update(e, "counts", "count", "total", func(c counter) (counter, error) {
		c.Seen++
		return c, nil
	})
}

func body(id string) []byte { return render(id, stripetest.Older) }

func render(id string, version facts.Version) []byte {
	const kind = "payment_intent.succeeded"
	object := stripetest.Sample(kind, version, stripetest.Object{"id": "pi_1", "amount": 1000, "currency": "usd", "status": "succeeded"})
	return stripetest.Event{ID: id, Type: kind, Version: version, Object: object}.Body()
}

func seen(t *testing.T, r *actiontest.Rig) int {
	t.Helper()
	var c counter
	r.State("counts", "count", "total", &c)
	return c.Seen
}

func TestARepeatOfAnEventChangesStateOnce(t *testing.T) {
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error { return count(e) })
	r.Post(body("evt_1"))
	for range 3 {
		if d := r.Deliver("evt_1"); d.State != event.Done {
			t.Fatalf("state %s, want done", d.State)
		}
	}
	if n := seen(t, r); n != 1 {
		t.Fatalf("state changed %d times, want 1", n)
	}
}

func TestVerdicts(t *testing.T) {
	broken := errors.New("dependency is down")
	for name, tc := range map[string]struct {
		verdict error
		state   event.State
		wait    time.Duration
		seen    int
	}{
		"nil commits": {nil, event.Done, 0, 1},
		"a plain error waits and commits nothing": {broken, event.Waiting, 2500 * time.Millisecond, 0},
		"Permanent parks":                         {action.Permanent(broken), event.Parked, 0, 0},
		"RetryAfter waits that long":              {action.RetryAfter(broken, time.Hour), event.Waiting, time.Hour, 0},
		"Skip is done and commits nothing":        {action.Skip("not ours"), event.Done, 0, 0},
		"a wrapped Skip is one":                   {fmt.Errorf("look: %w", action.Skip("not ours")), event.Done, 0, 0},
		"two that skip are done":                  {errors.Join(action.Skip("one"), action.Skip("two")), event.Done, 0, 0},
		"Skip hides no error":                     {errors.Join(action.Skip("one"), broken), event.Waiting, 2500 * time.Millisecond, 0},
		"Skip hides no wait":                      {errors.Join(action.Skip("one"), action.RetryAfter(broken, time.Hour)), event.Waiting, time.Hour, 0},
		"Skip hides no parking":                   {errors.Join(action.Skip("one"), action.Permanent(broken)), event.Parked, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error {
				return errors.Join(count(e), tc.verdict)
			})
			d := r.Post(body("evt_1"))
			if d.State != tc.state || seen(t, r) != tc.seen {
				t.Fatalf("state %s with %d changes, want %s with %d", d.State, seen(t, r), tc.state, tc.seen)
			}
			if wait := d.Next.Sub(r.Now); tc.state == event.Waiting && wait != tc.wait {
				t.Fatalf("next attempt in %s, want %s", wait, tc.wait)
			}
		})
	}
}

func TestAPanicCountsAsAnAttemptAndHidesItsText(t *testing.T) {
	r := actiontest.New(t, func(context.Context, *action.Event[stripe.PaymentIntent]) error {
		panic("card 4242424242424242")
	})
	d := r.Post(body("evt_1"))
	if d.State != event.Waiting || d.Attempts != 1 {
		t.Fatalf("%s after %d attempts, want waiting after 1", d.State, d.Attempts)
	}
	if strings.Contains(d.Error, "4242") || !strings.Contains(d.Error, "TestAPanic") {
		t.Fatalf("error %q: want the place of the panic and not its text", d.Error)
	}
}

func TestErrorsAreKeptWithoutAddressesCardsAndSecrets(t *testing.T) {
	r := actiontest.New(t, func(context.Context, *action.Event[stripe.PaymentIntent]) error {
		return errors.New("mail <jenny@example.com>: card 4242 4242 4242 4242 refused for sk_live_abc123")
	})
	if d := r.Post(body("evt_1")); d.Error != "mail <[address]>: card [number] refused for [secret]" {
		t.Fatalf("kept %q", d.Error)
	}
}

// An error may quote an id that others chose.
func TestRow70ErrorsAreKeptAsOneShortLineThatHidesNothing(t *testing.T) {
	r := actiontest.New(t, func(context.Context, *action.Event[stripe.PaymentIntent]) error {
		return errors.New("load\x1b[2J\u202e a\r\nb 4242\u200b4242 4242\u20664242 " + strings.Repeat("é", 10<<10))
	})
	d := r.Post(body("evt_1"))
	if !strings.HasPrefix(d.Error, "load[2J a b [number] éé") || utf8.RuneCountInString(d.Error) > 500 || !utf8.ValidString(d.Error) {
		t.Fatalf("kept %+q", d.Error)
	}
}

func TestAnEventOfAnotherVersionParksATypedAction(t *testing.T) {
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error { return count(e) })
	if d := r.Post(render("evt_1", "2026-08-26.dahlia")); d.State != event.Parked || !strings.Contains(d.Error, "2026-08-26.dahlia") {
		t.Fatalf("%s %q, want parked with the version", d.State, d.Error)
	}
	any := actiontest.New(t, func(_ context.Context, e *action.Event[json.RawMessage]) error { return nil }, action.AnyVersion)
	if d := any.Post(render("evt_1", "2026-08-26.dahlia")); d.State != event.Done {
		t.Fatalf("%s %q, want done", d.State, d.Error)
	}
}

func TestTwoUpdatesOfOneRowAreRefused(t *testing.T) {
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error {
		_ = count(e)
		_ = count(e)
		return nil
	})
	if d := r.Post(body("evt_1")); d.State != event.Parked || !strings.Contains(d.Error, "already updated by this event") {
		t.Fatalf("%s %q, want parked with the reason", d.State, d.Error)
	}
}

func TestAConflictRunsTheTransitionAgainAndNotTheFunction(t *testing.T) {
	runs := 0
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error {
		runs++
		return count(e)
	})
	raced := false
	r.Store.Fault = func(op memory.Op) memory.Fault {
		if op.Name != "Commit" || raced {
			return memory.Fault{}
		}
		raced = true
		return memory.Fault{Before: func() error {
			return r.Store.Write(t.Context(), event.Write{Table: "counts", Key: "test/own/count/total", Data: json.RawMessage(`{"seen":41}`)})
		}}
	}
	if d := r.Post(body("evt_1")); d.State != event.Done || runs != 1 || seen(t, r) != 42 {
		t.Fatalf("%s, %d runs, %d seen; want done, 1 run, 42 seen", d.State, runs, seen(t, r))
	}
}

func TestALateCommitIsFenced(t *testing.T) {
	var r *actiontest.Rig
	var inner event.Delivery
	first := true
	r = actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error {
		if first {
			first = false
			r.Now = r.Now.Add(time.Hour) // outlives its lease
			inner = r.Deliver("evt_1")
		}
		return count(e)
	})
	r.Store.Fault = nil
	outer, err := deliverStored(t, r, "evt_1", true)
	if err != nil || outer.Owner != inner.Owner {
		t.Fatalf("late commit: %+v %v, expected the other attempt's record", outer, err)
	}
	if inner.State != event.Done || seen(t, r) != 1 {
		t.Fatalf("takeover %s, %d changes; want done and 1", inner.State, seen(t, r))
	}
}

// deliverStored stores the event and returns what Deliver says.
func deliverStored(t *testing.T, r *actiontest.Rig, id string, again bool) (event.Delivery, error) {
	t.Helper()
	e := event.Event{Body: body(id), Facts: event.Facts{ID: id, Type: "payment_intent.succeeded", APIVersion: stripe.APIVersion, ObjectType: "payment_intent", Created: r.Now, Received: r.Now}}
	if _, err := r.Store.Put(t.Context(), e, r.Now.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	return r.Handler.Deliver(t.Context(), id, again)
}

// until is a context whose deadline is by the rig's clock.
type until struct {
	context.Context
	at time.Time
}

func (u until) Deadline() (time.Time, bool) { return u.at, true }

func TestWithoutTimeLeftNoClaimIsMade(t *testing.T) {
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error { return count(e) })
	if _, err := r.Handler.Deliver(until{t.Context(), r.Now.Add(100 * time.Millisecond)}, "evt_1", true); err == nil {
		t.Fatal("an attempt began without time to finish")
	}
	if d := r.Delivery("evt_1"); d.Attempts != 0 {
		t.Fatal("a claim was made")
	}
}

func TestAKilledAttemptResumesAfterItsLeaseAndNotBefore(t *testing.T) {
	killed := true
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error { return count(e) })
	r.Store.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Commit" && killed {
			return memory.Refuse(memory.ErrUnavailable)
		}
		return memory.Fault{}
	}
	_, err := deliverStored(t, r, "evt_1", true)
	if err == nil {
		t.Fatal("the attempt was not killed")
	}
	killed = false
	if d := r.Deliver("evt_1"); d.State != event.Waiting || d.Attempts != 1 {
		t.Fatalf("%s, attempt %d: taken over before the lease ended", d.State, d.Attempts)
	}
	r.Now = r.Delivery("evt_1").Lease
	if d := r.Deliver("evt_1"); d.State != event.Done || d.Attempts != 2 || seen(t, r) != 1 {
		t.Fatalf("%s, attempt %d, %d changes; want done, 2, 1", d.State, d.Attempts, seen(t, r))
	}
}

func TestEventFailingThreeDaysIsParked(t *testing.T) {
	r := actiontest.New(t, func(context.Context, *action.Event[stripe.PaymentIntent]) error { return errors.New("still down") })
	d := r.Post(body("evt_1"))
	begin := r.Now
	for d.State == event.Waiting {
		r.Now = d.Next
		d = r.Deliver("evt_1")
	}
	if d.State != event.Parked || d.Error != "still down" {
		t.Fatalf("%s %q, want parked with the last error", d.State, d.Error)
	}
	if took := r.Now.Sub(begin); took < 72*time.Hour || took > 80*time.Hour {
		t.Fatalf("gave up after %s, want three days", took)
	}
}

func TestOneBadMessageInABatchReturnsAlone(t *testing.T) {
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error {
		if e.ID == "evt_3" {
			panic("bad")
		}
		return count(e)
	})
	var in events.SQSEvent
	for i := range 10 {
		id := fmt.Sprintf("evt_%d", i)
		e := event.Event{Body: body(id), Facts: event.Facts{ID: id, Type: "payment_intent.succeeded", APIVersion: stripe.APIVersion, ObjectType: "payment_intent", Created: r.Now, Received: r.Now}}
		if _, err := r.Store.Put(t.Context(), e, r.Now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		in.Records = append(in.Records, events.SQSMessage{MessageId: id, Body: fmt.Sprintf(`{"detail":{"id":%q}}`, id)})
	}
	in.Records = append(in.Records, events.SQSMessage{MessageId: "garbage", Body: "{"})
	out, err := r.Handler.Handle(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var back []string
	for _, f := range out.BatchItemFailures {
		back = append(back, f.ItemIdentifier)
	}
	if fmt.Sprint(back) != "[evt_3 garbage]" || seen(t, r) != 9 {
		t.Fatalf("%v came back and %d were done, want [evt_3 garbage] and 9", back, seen(t, r))
	}
}

func TestTypedActionParksEventsAboutAnotherObject(t *testing.T) {
	charge := strings.Replace(string(body("evt_1")), `"object":"payment_intent"`, `"object":"charge"`, 1)
	r := actiontest.New(t, func(_ context.Context, e *action.Event[stripe.PaymentIntent]) error { return count(e) })
	if d := r.Post([]byte(charge)); d.State != event.Parked || !strings.Contains(d.Error, "charge") {
		t.Fatalf("%s %q, expected parked with the object", d.State, d.Error)
	}
	session := strings.Replace(string(body("evt_1")), `"object":"payment_intent"`, `"object":"checkout.session"`, 1)
	s := actiontest.New(t, func(context.Context, *action.Event[stripe.CheckoutSession]) error { return nil })
	if d := s.Post([]byte(session)); d.State != event.Done {
		t.Fatalf("%s %q, expected a checkout.session to be read", d.State, d.Error)
	}
}

func TestTypeOfNoKnownVersionParks(t *testing.T) {
	type mine struct{ ID string }
	r := actiontest.New(t, func(context.Context, *action.Event[mine]) error { return nil })
	if d := r.Post(body("evt_1")); d.State != event.Parked || !strings.Contains(d.Error, "AnyVersion") {
		t.Fatalf("%s %q, expected parked with advice", d.State, d.Error)
	}
}
