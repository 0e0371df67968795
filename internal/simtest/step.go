package simtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

var decode = dynamo.Facts

// step lets some process do some thing.
func (w *world) step() {
	switch n := w.rng.IntN(10); {
	case n < 3:
		w.deliverWebhook()
	case n < 5:
		w.pollStream()
	case n < 9:
		w.pollQueue(actions[w.rng.IntN(len(actions))])
	default:
		w.sweep()
	}
	w.now = w.now.Add(time.Duration(w.rng.IntN(5000)) * time.Millisecond)
}

// pollStream hands dispatch the next records, as Lambda does: in order, again
// from the lowest that failed, one batch at a time.
func (w *world) pollStream() {
	changes := w.store.Changes(w.position, 1+w.rng.IntN(10))
	if len(changes) == 0 || w.busy["stream"] {
		return
	}
	w.busy["stream"] = true
	defer delete(w.busy, "stream")
	w.run("dispatch", func(ctx context.Context) {
		var in events.DynamoDBEvent
		for _, c := range changes {
			in.Records = append(in.Records, events.DynamoDBEventRecord{Change: events.DynamoDBStreamRecord{
				SequenceNumber: c.SequenceNumber(), NewImage: dynamo.NewImage(c.Stored),
			}})
		}
		out, err := w.dispatch.Handle(ctx, in)
		if err != nil {
			return
		}
		w.position = before(changes, out.BatchItemFailures)
	})
}

// before is the position up to which a batch is done with.
func before(changes []memory.Change, failed []events.DynamoDBBatchItemFailure) int64 {
	at := changes[len(changes)-1].Seq
	for _, f := range failed {
		seq, err := strconv.ParseInt(f.ItemIdentifier, 10, 64)
		if err != nil {
			panic("failure without a sequence number: " + f.ItemIdentifier)
		}
		at = min(at, seq-1)
	}
	return at
}

// enqueue is a rule's target: the action's queue.
func (w *world) enqueue(ctx context.Context, action string, e event.Envelope) error {
	body, err := json.Marshal(map[string]any{"source": event.Source, "detail-type": e.Type, "detail": e})
	if err != nil {
		return err
	}
	return w.queues[action].Send(ctx, string(body), 0)
}

// pollQueue hands an action a batch and deletes what it did not keep.
func (w *world) pollQueue(name string) {
	q := w.queues[name]
	got, err := q.Receive(context.Background(), 1+w.rng.IntN(10))
	if err != nil || len(got) == 0 {
		return
	}
	w.run("action "+name, func(ctx context.Context) {
		var in events.SQSEvent
		for _, m := range got {
			in.Records = append(in.Records, events.SQSMessage{MessageId: m.ID, ReceiptHandle: m.Receipt, Body: m.Body, EventSourceARN: name})
		}
		out, err := w.handlers[name].Handle(ctx, in)
		if err != nil {
			return
		}
		for _, m := range got {
			kept := slices.ContainsFunc(out.BatchItemFailures, func(f events.SQSBatchItemFailure) bool { return f.ItemIdentifier == m.ID })
			if !kept {
				_ = q.Delete(ctx, m.Receipt)
			}
		}
	})
}

// Delay implements action.Queue.
func (w *world) Delay(ctx context.Context, queue, receipt string, d time.Duration) error {
	return w.queues[queue].ChangeVisibility(ctx, receipt, d)
}

func (w *world) sweep() {
	if w.busy["sweep"] {
		return // one run at a time
	}
	w.busy["sweep"] = true
	defer delete(w.busy, "sweep")
	w.run("reconcile", func(ctx context.Context) { _, _ = w.owed.Sweep(ctx) })
}

// drain lets everything finish without faults.
func (w *world) drain() error {
	w.calm = true
	for range 600 {
		for tries := 0; w.stripe.left(); tries++ {
			if tries > 10_000 {
				return errors.New("an event is never acknowledged")
			}
			w.deliverWebhook()
		}
		w.drainStream()
		for _, name := range actions {
			if err := w.drainQueue(name); err != nil {
				return err
			}
		}
		if w.settled() {
			return nil
		}
		w.now = w.now.Add(15*time.Minute + time.Second)
		w.sweep()
	}
	return fmt.Errorf("not settled after six days: %v", w.unsettled())
}

func (w *world) drainQueue(name string) error {
	for range 10_000 {
		if at, ok := w.queues[name].NextVisible(); !ok || at.After(w.now) {
			return nil
		}
		w.pollQueue(name)
	}
	return fmt.Errorf("queue %s is never empty", name)
}

func (w *world) drainStream() {
	for len(w.store.Changes(w.position, 1)) > 0 {
		at := w.position
		w.pollStream()
		if w.position == at {
			return
		}
	}
}
