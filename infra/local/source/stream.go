package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/template"
)

// Records is a table's stream, see aws.Stream.
type Records interface {
	Wait(ctx context.Context, consumer string) error
	Read(consumer string, most int) ([]aws.Record, error)
	Commit(consumer string, seq uint64) error
}

// Stream feeds a table's stream to a function, in order, from where it left
// off: at least once. Fill in the fields, Check, then Run.
type Stream struct {
	template.StreamSource
	To   Function
	From Records
	// Before sees every batch before the function does; nil for nobody.
	Before func(batch []aws.Record)
	// Lost takes the message for the failure destination; nil without one.
	Lost func(ctx context.Context, message string) error
	// Now is the clock; nil is time.Now.
	Now func() time.Time

	filter filter
	linger linger
}

// Check says what keeps the source from working: a permission, or a filter
// that cannot be read.
func (s *Stream) Check() (err error) {
	if s.filter, err = parseFilter(s.Filters); err != nil {
		return err
	}
	if err := s.To.need(s.Stream, "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"); err != nil {
		return err
	}
	if s.OnFailure != "" {
		return s.To.need(s.OnFailure, "sqs:SendMessage")
	}
	return nil
}

// Run returns when ctx ends.
func (s *Stream) Run(ctx context.Context) {
	for attempt := 0; ctx.Err() == nil; {
		err := s.step(ctx)
		if err == nil {
			attempt = 0
			continue
		}
		if ctx.Err() != nil {
			return
		}
		s.To.log().WarnContext(ctx, "the stream is read again", "function", s.To.LogicalID, "error", err)
		pause(ctx, backoff(attempt))
		attempt++
	}
}

// step reads one batch and sees it through.
func (s *Stream) step(ctx context.Context) error {
	if err := s.From.Wait(ctx, s.Function); err != nil {
		return err
	}
	if s.Window > 0 && !s.fill(ctx) {
		return ctx.Err()
	}
	s.linger.wait(ctx)
	all, err := s.From.Read(s.Function, s.BatchSize)
	if err != nil || len(all) == 0 {
		return err
	}
	s.linger.read(len(all), s.BatchSize)
	var batch []aws.Record
	for _, r := range all {
		if s.filter.takes(r.JSON) {
			batch = append(batch, r)
		}
	}
	if s.Before != nil {
		s.Before(batch)
	}
	if err := s.process(ctx, batch, 0); err != nil {
		return err
	}
	return s.From.Commit(s.Function, all[len(all)-1].Seq)
}

// fill waits for the batch window unless a whole batch is there.
func (s *Stream) fill(ctx context.Context) bool {
	all, err := s.From.Read(s.Function, s.BatchSize)
	if err != nil || len(all) >= s.BatchSize {
		return err == nil
	}
	return pause(ctx, s.Window)
}

// process invokes the function until the batch is done or given up. It returns
// an error only if it must be done again from the last position.
func (s *Stream) process(ctx context.Context, batch []aws.Record, attempt int) error {
	for len(batch) > 0 {
		batch = s.young(ctx, batch)
		if len(batch) == 0 {
			return nil
		}
		first, err := s.invoke(ctx, batch)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch {
		case err == nil && first < 0:
			return nil
		case err == nil && first > 0:
			if err := s.From.Commit(s.Function, batch[first-1].Seq); err != nil {
				return err
			}
			batch, attempt = batch[first:], 0
		case s.Bisect && len(batch) > 1:
			half := len(batch) / 2
			if err := s.process(ctx, batch[:half], attempt); err != nil {
				return err
			}
			batch = batch[half:]
		default:
			if attempt++; s.MaxRetries >= 0 && attempt > s.MaxRetries {
				return s.giveUp(ctx, batch, "RetryAttemptsExhausted", attempt, err)
			}
		}
		if !pause(ctx, backoff(attempt)) {
			return ctx.Err()
		}
	}
	return nil
}

// invoke returns the index of the first record that failed, -1 for none.
func (s *Stream) invoke(ctx context.Context, batch []aws.Record) (int, error) {
	event := struct{ Records []json.RawMessage }{}
	index := make(map[string]int, len(batch))
	known := make(map[string]bool, len(batch))
	for i, r := range batch {
		event.Records = append(event.Records, r.JSON)
		index[r.Sequence], known[r.Sequence] = i, true
	}
	ids, err := s.To.call(ctx, event, s.PartialBatch, known)
	if err != nil {
		s.To.log().WarnContext(ctx, "a batch of the stream failed and is tried again", "function", s.To.LogicalID, "records", len(batch), "error", err)
		return 0, err
	}
	first := -1
	for _, id := range ids {
		if i := index[id]; first < 0 || i < first {
			first = i
		}
	}
	return first, nil
}

// young gives up the records at the front that are past the maximum age.
func (s *Stream) young(ctx context.Context, batch []aws.Record) []aws.Record {
	if s.MaxAge <= 0 {
		return batch
	}
	n := 0
	for n < len(batch) && s.now().Sub(batch[n].At) > s.MaxAge {
		n++
	}
	if n > 0 && s.giveUp(ctx, batch[:n], "RecordAgeExceeded", 1, nil) != nil {
		return batch
	}
	return batch[n:]
}

// giveUp sends the positions, never the records, to the failure destination.
func (s *Stream) giveUp(ctx context.Context, batch []aws.Record, why string, invokes int, cause error) error {
	s.To.log().ErrorContext(ctx, "records of the stream are given up", "function", s.To.LogicalID, "records", len(batch), "condition", why)
	if s.Lost == nil {
		return nil
	}
	message, err := json.Marshal(s.lost(batch, why, invokes, cause))
	if err != nil {
		return fmt.Errorf("write the message of lost records: %w", err)
	}
	if err := s.Lost(ctx, string(message)); err != nil {
		return fmt.Errorf("send the positions of lost records: %w", err)
	}
	return nil
}

func (s *Stream) lost(batch []aws.Record, why string, invokes int, cause error) map[string]any {
	const layout = "2006-01-02T15:04:05.000Z"
	first, last := batch[0], batch[len(batch)-1]
	request := map[string]any{"functionArn": s.To.ARN, "condition": why, "approximateInvokeCount": invokes}
	message := map[string]any{
		"requestContext": request, "version": "1.0", "timestamp": s.now().UTC().Format(layout),
		"DDBStreamBatchInfo": map[string]any{
			"shardId": "shardId-00000000000000000000-local", "streamArn": s.Stream, "batchSize": len(batch),
			"startSequenceNumber": first.Sequence, "endSequenceNumber": last.Sequence,
			"approximateArrivalOfFirstRecord": first.At.UTC().Format(layout),
			"approximateArrivalOfLastRecord":  last.At.UTC().Format(layout),
		},
	}
	var f failed
	if errors.As(cause, &f) {
		request["requestId"] = f.RequestID
		message["responseContext"] = map[string]any{"statusCode": 200, "executedVersion": "$LATEST", "functionError": f.Result.Error}
	}
	return message
}

func (s *Stream) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
