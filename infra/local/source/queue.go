package source

import (
	"context"
	"crypto/md5" //nolint:gosec // SQS describes bodies with it
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/template"
)

// Messages is a queue, see aws.Queue.
type Messages interface {
	Receive(ctx context.Context, r aws.Receive) ([]aws.Message, error)
	Delete(ctx context.Context, receipts ...string) error
	ChangeVisibility(ctx context.Context, receipt string, d time.Duration) error
}

// Queue feeds a queue to a function: what succeeded is deleted, what failed
// comes back after its visibility timeout. Fill in the fields, Check, then Run.
type Queue struct {
	template.QueueSource
	To     Function
	From   Messages
	Region string
	// Workers bounds how many batches are in work; the source's own
	// MaxConcurrency bounds it too.
	Workers int

	filter filter
	poll   sync.Mutex // held while messages are waited for
	linger linger
}

// Check says what keeps the source from working.
func (q *Queue) Check() (err error) {
	if q.filter, err = parseFilter(q.Filters); err != nil {
		return err
	}
	return q.To.need(q.Queue, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
}

// Run returns when ctx ends and no batch is in work any more: a batch that a
// function has is seen through.
func (q *Queue) Run(ctx context.Context) {
	n := max(q.Workers, 1)
	if q.MaxConcurrency > 0 {
		n = min(n, q.MaxConcurrency)
	}
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { q.work(ctx) })
	}
	wg.Wait()
}

func (q *Queue) work(ctx context.Context) {
	for attempt := 0; ctx.Err() == nil; {
		err := q.step(ctx)
		switch {
		case err == nil:
			attempt = 0
		case ctx.Err() == nil:
			q.To.log().WarnContext(ctx, "a batch of the queue failed and comes back", "function", q.To.LogicalID, "error", err)
			pause(ctx, backoff(attempt))
			attempt++
		}
	}
}

func (q *Queue) step(ctx context.Context) error {
	batch, err := q.receive(ctx)
	if err != nil || len(batch) == 0 {
		return err
	}
	if q.Window > 0 && len(batch) < q.BatchSize && pause(ctx, q.Window) {
		more, err := q.From.Receive(ctx, aws.Receive{Max: q.BatchSize - len(batch), Visibility: -1})
		if err != nil {
			return err
		}
		batch = append(batch, more...)
	}
	return q.process(ctx, batch)
}

// receive waits for a batch. One worker waits at a time: the others would take the messages
// of a batch one by one.
func (q *Queue) receive(ctx context.Context) ([]aws.Message, error) {
	q.poll.Lock()
	defer q.poll.Unlock()
	q.linger.wait(ctx)
	if ctx.Err() != nil {
		return nil, nil
	}
	batch, err := q.From.Receive(ctx, aws.Receive{Max: q.BatchSize, Visibility: -1, Wait: 20 * time.Second})
	q.linger.read(len(batch), q.BatchSize)
	return batch, err
}

// process invokes the function and deletes what it finished, and what the
// filter does not want.
func (q *Queue) process(ctx context.Context, batch []aws.Message) error {
	event := events.SQSEvent{}
	known, receipts := map[string]bool{}, map[string]string{}
	var done []string
	for _, m := range batch {
		if !q.takes(m) {
			done = append(done, m.Receipt)
			continue
		}
		event.Records = append(event.Records, q.record(m))
		known[m.ID], receipts[m.ID] = true, m.Receipt
	}
	var failure error
	if len(event.Records) > 0 {
		failed, err := q.To.call(context.WithoutCancel(ctx), event, q.PartialBatch, known)
		if failure = err; err != nil {
			q.giveBack(ctx, receipts, err)
			clear(receipts)
		}
		for _, id := range failed {
			delete(receipts, id)
		}
	}
	for _, receipt := range receipts {
		done = append(done, receipt)
	}
	if len(done) == 0 {
		return failure
	}
	return errors.Join(failure, q.From.Delete(context.WithoutCancel(ctx), done...))
}

// giveBack makes messages visible again that no function has seen, or that a
// function had when the stack was stopped: they are the first after a restart.
func (q *Queue) giveBack(ctx context.Context, receipts map[string]string, err error) {
	if !errors.Is(err, lambda.ErrThrottled) && !errors.Is(err, lambda.ErrClosed) && ctx.Err() == nil {
		return
	}
	for _, receipt := range receipts {
		_ = q.From.ChangeVisibility(context.WithoutCancel(ctx), receipt, 0) // else it comes back by itself
	}
}

// takes applies the filter as Lambda does: to the message with its body as
// JSON, if it is JSON.
func (q *Queue) takes(m aws.Message) bool {
	if len(q.filter) == 0 {
		return true
	}
	view := map[string]any{"messageId": m.ID, "body": m.Body}
	if json.Valid([]byte(m.Body)) {
		view["body"] = json.RawMessage(m.Body)
	}
	event, err := json.Marshal(view)
	return err == nil && q.filter.takes(event)
}

func (q *Queue) record(m aws.Message) events.SQSMessage {
	sum := md5.Sum([]byte(m.Body)) //nolint:gosec // SQS describes bodies with it
	r := events.SQSMessage{
		MessageId: m.ID, ReceiptHandle: m.Receipt, Body: m.Body, Md5OfBody: hex.EncodeToString(sum[:]),
		Attributes: map[string]string{
			"ApproximateReceiveCount":          strconv.Itoa(m.Receives),
			"SentTimestamp":                    strconv.FormatInt(m.Sent.UnixMilli(), 10),
			"ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.First.UnixMilli(), 10),
			"SenderId":                         m.Sender,
		},
		MessageAttributes: map[string]events.SQSMessageAttribute{},
		EventSource:       "aws:sqs", EventSourceARN: q.Queue, AWSRegion: q.Region,
	}
	for name, a := range m.Attributes {
		r.MessageAttributes[name] = events.SQSMessageAttribute{
			StringValue: &a.StringValue, BinaryValue: a.BinaryValue, DataType: a.DataType,
			StringListValues: []string{}, BinaryListValues: [][]byte{},
		}
	}
	return r
}
