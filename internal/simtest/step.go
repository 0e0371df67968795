package simtest

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// step lets some process do some thing.
func (w *world) step() {
	if w.chance(w.odds.outage) {
		w.met("outage")
		w.pass(30 * time.Hour)
	}
	switch n := w.rng.IntN(24); {
	case n < 6:
		w.deliverWebhook()
	case n < 10:
		w.pollStream()
	case n < 19:
		w.pollSome()
	case n < 21:
		w.sweep()
	default:
		w.operate()
	}
	w.pass(w.pace)
}

// pollStream hands dispatch the next records, as Lambda does: in order, again
// from the lowest that failed, one batch at a time. What fails for too long
// Lambda gives up.
func (w *world) pollStream() {
	changes := w.store.Changes(w.position, 1+w.rng.IntN(10))
	if len(changes) == 0 || w.busy["stream"] {
		return
	}
	if !w.calm && w.chance(w.odds.vanish) && !w.poisoned(changes) {
		w.giveUp(changes)
		return
	}
	w.busy["stream"] = true
	defer delete(w.busy, "stream")
	w.run("dispatch", func(ctx context.Context) {
		out, err := w.dispatch.Handle(ctx, records(changes))
		if err != nil {
			return
		}
		if !w.calm && w.chance(w.odds.twice) {
			w.met("stream repeats")
			return
		}
		w.position = before(changes, out.BatchItemFailures)
	})
}

// giveUp loses records: reconcile must find their events.
func (w *world) giveUp(changes []memory.Change) {
	for _, c := range changes {
		w.met("stream gives up", c.Stored.ID)
		w.dropped[c.Stored.ID] = true
	}
	w.position = changes[len(changes)-1].Seq
}

func records(changes []memory.Change) (in events.DynamoDBEvent) {
	for _, c := range changes {
		in.Records = append(in.Records, events.DynamoDBEventRecord{Change: events.DynamoDBStreamRecord{
			SequenceNumber: c.SequenceNumber(), NewImage: dynamo.NewImage(c.Stored),
			ApproximateCreationDateTime: events.SecondsEpochTime{Time: c.Stored.Received},
		}})
	}
	return in
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

// enqueue is a rule's target: the action's queue. The bus takes an envelope
// and may bring it twice, or never.
func (w *world) enqueue(ctx context.Context, action string, e event.Envelope) error {
	body, err := w.message(e)
	if err != nil {
		return err
	}
	switch {
	case w.calm:
	case w.chance(w.odds.vanish):
		w.met("bus loses", e.ID, " for ", action)
		return nil
	case w.chance(w.odds.twice):
		w.met("duplicate", e.ID, " for ", action)
		_ = w.queues[action].Send(ctx, body, 0)
	}
	return w.queues[action].Send(ctx, body, 0)
}

// message is what a queue carries of the envelope, which is the same for all.
func (w *world) message(e event.Envelope) (string, error) {
	if w.carried == e {
		return w.text, nil
	}
	body, err := json.Marshal(struct {
		Detail event.Envelope `json:"detail"`
	}{e})
	w.carried, w.text = e, string(body)
	return w.text, err
}

// pollSome polls the queue of some action, one with messages if there is any.
func (w *world) pollSome() {
	w.some(func(name string) bool {
		at, ok := w.queues[name].NextVisible()
		if ok = ok && !at.After(w.now); ok {
			w.pollQueue(name)
		}
		return ok
	})
}

// some tries actions from a random one on, until one will do.
func (w *world) some(do func(action string) bool) {
	first := w.rng.IntN(len(w.names))
	for i := range w.names {
		if do(w.names[(first+i)%len(w.names)]) {
			return
		}
	}
}

// pollQueue hands an action a batch and deletes what it did not keep.
func (w *world) pollQueue(name string) {
	q := w.queues[name]
	got, err := q.Receive(context.Background(), 1+w.rng.IntN(10))
	if err != nil || len(got) == 0 {
		return
	}
	w.notice(name, got)
	if !w.calm && w.chance(w.odds.twice) {
		w.met("received twice", name)
		_ = q.ChangeVisibility(context.Background(), got[0].Receipt, 0)
	}
	w.run("action "+name, w.within(30*time.Second, func(ctx context.Context) {
		var in events.SQSEvent
		for _, m := range got {
			in.Records = append(in.Records, events.SQSMessage{
				MessageId: m.ID, ReceiptHandle: m.Receipt, Body: m.Body, EventSourceARN: name,
				Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.Receives)},
			})
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
	}))
}

// notice counts messages that come in another order than they were sent in.
func (w *world) notice(name string, got []memory.Message) {
	for _, m := range got {
		n, err := strconv.Atoi(m.ID)
		if err != nil {
			panic("message without a number: " + m.ID)
		}
		if m.Receives == 1 && n < w.latest[name] {
			w.met("reorder", name, " ", m.ID)
		}
		w.latest[name] = max(n, w.latest[name])
	}
}

// Delay implements delivery.Queue.
func (w *world) Delay(ctx context.Context, queue, receipt string, d time.Duration) error {
	return w.queues[queue].ChangeVisibility(ctx, receipt, d)
}
