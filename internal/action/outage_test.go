package action_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
)

const (
	// sqsInFlight is how many messages of a queue SQS lets be in work.
	sqsInFlight = 120_000
	// slower: the test sends 1 event a second, instead of 20.
	slower = 20
)

// outage is one action whose dependency is down, with the queue, the bus and
// the sweep around it, and a clock that they share.
type outage struct {
	*testing.T
	now     time.Time
	down    bool
	store   *memory.Store
	queue   *memory.Queue
	dead    *memory.Queue
	handler *delivery.Handler
	due     reconcile.Sweeps
	effects map[string]int
	most    int // messages in the queue, at any time
}

func newOutage(t *testing.T) *outage {
	t.Helper()
	o := &outage{T: t, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), down: true, store: memory.New(), effects: map[string]int{}}
	clock := func() time.Time { return o.now }
	o.dead = &memory.Queue{Now: clock}
	o.queue = &memory.Queue{Now: clock, Visibility: 3 * time.Minute, MaxReceives: 1000, DeadLetter: o.dead}
	bus := &memory.Bus{Selects: map[string][]string{"action": nil}, Handle: o.enqueue}
	log, dice, owner := slog.New(slog.DiscardHandler), rand.New(rand.NewPCG(1, 2)), 0 //nolint:gosec // repeatable
	h := action.New(o.act)
	h.Action, h.Store, h.Ledger, h.Queue, h.InTurn = "action", o.store, o.store, o, true
	h.Now, h.Rand, h.Log = clock, dice.Float64, log
	h.Owner = func() string { owner++; return fmt.Sprint(owner) }
	h.Pause = func(context.Context, time.Duration) error { return nil }
	o.handler = h
	o.due = reconcile.Sweeps{Ledger: o.store, Due: &reconcile.Due{Store: o.store, Ledger: o.store, Bus: bus}, Now: clock, Log: log}
	return o
}

func (o *outage) act(ctx context.Context, e *action.Event[stripe.PaymentIntent]) error {
	_, err := action.Outside(ctx, e, "effect/"+e.ID, func(context.Context) (int, error) {
		if o.down {
			return 0, action.NotSent(errors.New("connection refused"))
		}
		o.effects[e.ID]++
		return 0, nil
	})
	return err
}

// Delay implements delivery.Queue.
func (o *outage) Delay(ctx context.Context, _, receipt string, d time.Duration) error {
	return o.queue.ChangeVisibility(ctx, receipt, d)
}

func (o *outage) enqueue(ctx context.Context, _ string, e event.Envelope) error {
	body, err := json.Marshal(map[string]any{"detail": e})
	if err != nil {
		return err
	}
	return o.queue.Send(ctx, string(body), 0)
}

// arrive stores an event and publishes it, as ingest and dispatch do.
func (o *outage) arrive(id string) {
	o.Helper()
	e := event.Event{Body: body(id), Facts: event.Facts{ID: id, Type: "payment_intent.succeeded", APIVersion: stripe.APIVersion, ObjectType: "payment_intent", Created: o.now, Received: o.now}}
	_, err := o.store.Put(o.Context(), e, o.now.AddDate(1, 0, 0))
	if err == nil {
		err = o.enqueue(o.Context(), "action", event.Envelope{Facts: e.Facts})
	}
	if err == nil {
		err = o.store.MarkPublished(o.Context(), id, []string{"action"})
	}
	if err != nil {
		o.Fatal(err)
	}
}

// second lets Lambda handle all that is visible, and the sweep sometimes, less
// often than its schedule does.
func (o *outage) second() {
	o.Helper()
	o.now = o.now.Add(time.Second)
	if o.now.Unix()%300 == 0 {
		if _, err := o.due.Run(o.Context(), reconcile.Request{}); err != nil {
			o.Fatal(err)
		}
	}
	if at, ok := o.queue.NextVisible(); !ok || at.After(o.now) {
		return
	}
	for {
		ms, err := o.queue.Receive(o.Context(), 10)
		if err != nil {
			o.Fatal(err)
		}
		if len(ms) == 0 {
			break
		}
		o.batch(ms)
	}
	o.most = max(o.most, len(o.queue.Messages()))
}

func (o *outage) batch(ms []memory.Message) {
	o.Helper()
	in, left := events.SQSEvent{}, map[string]string{}
	for _, m := range ms {
		in.Records = append(in.Records, events.SQSMessage{
			MessageId: m.ID, ReceiptHandle: m.Receipt, Body: m.Body,
			Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.Receives)},
		})
		left[m.ID] = m.Receipt
	}
	out, err := o.handler.Handle(o.Context(), in)
	if err != nil {
		o.Fatal(err)
	}
	for _, f := range out.BatchItemFailures {
		delete(left, f.ItemIdentifier)
	}
	for _, receipt := range left {
		if err := o.queue.Delete(o.Context(), receipt); err != nil {
			o.Fatal(err)
		}
	}
}

// states counts the deliveries by state, and those due within a minute.
func (o *outage) states(n int) (states map[event.State]int, soon int) {
	o.Helper()
	states = map[event.State]int{}
	for i := range n {
		d, err := o.store.Delivery(o.Context(), event.DeliveryRef{Action: "action", Event: fmt.Sprintf("evt_%d", i)})
		if err != nil {
			o.Fatal(err)
		}
		states[d.State]++
		if d.State == event.Waiting && d.Next.Sub(o.now) <= time.Minute {
			soon++
		}
	}
	return states, soon
}

func TestThreeHourOutageParksNothingAndRepeatsNoEffect(t *testing.T) {
	const n = 10_000
	o := newOutage(t)
	for i := range 3 * 60 * 60 {
		if i < n {
			o.arrive(fmt.Sprintf("evt_%d", i))
		}
		o.second()
	}
	states, soon := o.states(n)
	if states[event.Waiting] != n {
		t.Fatalf("after three hours: %v, want all waiting", states)
	}
	if held := len(o.queue.Messages()); held > soon {
		t.Errorf("%d messages for %d deliveries that are due within a minute: the others wait in the ledger", held, soon)
	}
	if o.most*slower > sqsInFlight/4 {
		t.Errorf("up to %d messages at 1 event a second: at 20 that is near the %d that SQS takes", o.most, sqsInFlight)
	}
	o.down = false
	for i := 0; i < 12*60*60+600 && len(o.effects) < n; i++ { // the longest wait there is, and a sweep
		o.second()
	}
	if states, _ := o.states(n); states[event.Done] != n || len(o.queue.Messages())+len(o.dead.Messages()) != 0 {
		t.Errorf("afterwards: %v, %d messages and %d dead letters, want all done", states, len(o.queue.Messages()), len(o.dead.Messages()))
	}
	for id, times := range o.effects {
		if times != 1 {
			t.Errorf("the effect of %s happened %d times", id, times)
		}
	}
	t.Logf("at most %d messages", o.most)
}
