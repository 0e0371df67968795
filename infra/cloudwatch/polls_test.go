package cloudwatch_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/infra/cloudwatch"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// enqueue is what the rule of an action does.
func (s *stand) enqueue(ctx context.Context, name string, e event.Envelope) error {
	s.watch.Metrics.Add(cloudwatch.Named("AWS/Events", "InvocationsFailedToBeSentToDlq", "EventBusName", "Bus", "RuleName", name), s.now, b(s.lost), 1)
	if s.lost {
		return nil
	}
	return s.queues[name].Send(ctx, fmt.Sprintf(`{"detail":{"id":%q,"only":%q}}`, e.ID, e.Only), 0)
}

// pollStream hands dispatch what is new.
func (s *stand) pollStream() {
	changes := s.store.Changes(s.position, 100)
	if s.off["dispatch"] || len(changes) == 0 {
		return
	}
	var in events.DynamoDBEvent
	for _, c := range changes {
		in.Records = append(in.Records, events.DynamoDBEventRecord{Change: events.DynamoDBStreamRecord{
			SequenceNumber: c.SequenceNumber(), NewImage: dynamo.NewImage(c.Stored), ApproximateCreationDateTime: events.SecondsEpochTime{Time: c.Stored.Received},
		}})
	}
	s.watch.Metrics.Add(cloudwatch.Named("AWS/Lambda", "IteratorAge", "FunctionName", "Dispatch"), s.now, float64(s.now.Sub(changes[0].Stored.Received).Milliseconds()), 1)
	err := s.invoke("dispatch", func(ctx context.Context) error {
		out, err := s.dispatch.Handle(ctx, in)
		return errors.Join(err, failures(len(out.BatchItemFailures)))
	})
	if err == nil {
		s.position = changes[len(changes)-1].Seq
	}
}

func failures(n int) error {
	if n > 0 {
		return fmt.Errorf("%d failed", n)
	}
	return nil
}

// pollQueue hands a function a batch of its queue.
func (s *stand) pollQueue(name string) {
	q := s.queues[name]
	if s.off[name] {
		return
	}
	got, err := q.Receive(s.Context(), 10)
	s.must(err)
	if len(got) == 0 {
		return
	}
	var in events.SQSEvent
	for _, m := range got {
		in.Records = append(in.Records, events.SQSMessage{
			MessageId: m.ID, ReceiptHandle: m.Receipt, Body: m.Body, EventSourceARN: name,
			Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.Receives)},
		})
	}
	_ = s.invoke(name, func(ctx context.Context) error {
		out, err := s.serve[name](ctx, in)
		for _, m := range got {
			if !slices.ContainsFunc(out.BatchItemFailures, func(f events.SQSBatchItemFailure) bool { return f.ItemIdentifier == m.ID }) {
				err = errors.Join(err, q.Delete(ctx, m.Receipt))
			}
		}
		return err
	})
}

// reconcile is a run of it.
func (s *stand) reconcile() {
	if s.off["reconcile"] {
		return
	}
	_ = s.invoke("reconcile", func(ctx context.Context) error {
		r, err := s.sweeps.Run(ctx, reconcile.Request{})
		s.gauges.Write(ctx, r)
		return err
	})
}

// meterQueues is what SQS measures once a minute: of the age it leaves out what was
// received three times.
func (s *stand) meterQueues() {
	for _, name := range slices.Sorted(maps.Keys(s.queues)) {
		for suffix, q := range map[string]*memory.Queue{"": s.queues[name], "-dead": s.queues[name].DeadLetter} {
			age := time.Duration(0)
			for _, m := range q.Messages() {
				if m.Receives < 3 {
					age = max(age, s.now.Sub(m.Sent))
				}
			}
			s.watch.Metrics.Add(cloudwatch.Named("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", stack+"-"+name+suffix), s.now, float64(len(q.Messages())), 1)
			s.watch.Metrics.Add(cloudwatch.Named("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", stack+"-"+name+suffix), s.now, age.Seconds(), 1)
		}
	}
}
