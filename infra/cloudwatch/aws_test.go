package cloudwatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/infra/cloudwatch"
	"github.com/payhooks/payhooks/infra/cloudwatch/insights"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/metric"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// log is a function's, as Lambda writes it into the log group.
func (s *stand) log(name string) *slog.Logger {
	return slog.New(slog.NewJSONHandler(lines{s, "/" + stack + "/" + name}, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.MessageKey {
			a.Key = "message"
		}
		return a
	}}))
}

type lines struct {
	*stand
	group string
}

func (l lines) Write(line []byte) (int, error) {
	l.watch.Log(l.group, string(line), l.now, l.times)
	l.written = append(l.written, insights.Line{At: l.now, Group: l.group, Text: string(line)})
	return len(line), nil
}

// invoke runs a function as Lambda does: a crash is its error, and the platform reports.
func (s *stand) invoke(name string, run func(context.Context) error) error {
	err := errors.New("crashed")
	if !s.crash[name] {
		err = run(s.Context())
	}
	metric.Process.Write(s.Context(), s.log(name), stack, s.now)
	s.counts.Write(s.Context(), s.log(name), stack, s.now)
	result, failed := "success", 0.
	if err != nil {
		result, failed = "error", 1
	}
	_, _ = fmt.Fprintf(lines{s, "/" + stack + "/" + name}, `{"time":%q,"type":"platform.report","record":{"status":%q}}`, s.now.Format(time.RFC3339), result)
	id := strings.ToUpper(name[:1]) + name[1:]
	s.watch.Metrics.Add(cloudwatch.Named("AWS/Lambda", "Errors", "FunctionName", id), s.now, failed, s.times)
	s.watch.Metrics.Add(cloudwatch.Named("AWS/Lambda", "Throttles", "FunctionName", id), s.now, 0, s.times)
	return err
}

// limit is how many requests a second the API takes.
const limit = 500

// post sends requests at once and returns the answer of the first, 429 if the API takes no
// more in this second.
func (s *stand) post(body []byte, signature string, times int) int {
	if second := s.now.Truncate(time.Second); second != s.second {
		s.second, s.requests = second, 0
	}
	taken := min(times, max(0, limit-s.requests))
	s.requests += times
	s.meter("429", times-taken)
	if taken == 0 {
		return http.StatusTooManyRequests
	}
	s.times = taken
	defer func() { s.times = 1 }()
	code := http.StatusServiceUnavailable // of a function that crashed
	_ = s.invoke("ingest", func(ctx context.Context) error {
		req := events.APIGatewayV2HTTPRequest{Body: string(body), Headers: map[string]string{"stripe-signature": signature}, PathParameters: map[string]string{"endpoint": "default"}}
		req.RequestContext.HTTP.Method = http.MethodPost
		res, err := s.ingest.Handle(ctx, req)
		code = res.StatusCode
		return err
	})
	s.meter(strconv.Itoa(code), taken)
	return code
}

// meter counts answers of the API and writes its access log, in the form of the template.
func (s *stand) meter(code string, times int) {
	if times == 0 {
		return
	}
	s.watch.Log("/aws/vendedlogs/"+stack+"/api", fmt.Sprintf(`{"message":"access","id":"a","route":"ANY /webhooks/{endpoint}","status":%q,"ms":"1","error":"-"}`, code), s.now, times)
	for name, value := range map[string]float64{"Count": 1, "Latency": 4, "4xx": b(code[0] == '4'), "5xx": b(code[0] == '5')} {
		s.watch.Metrics.Add(cloudwatch.Named("AWS/ApiGateway", name, "ApiId", "Api"), s.now, value, times)
	}
}

func b(v bool) float64 {
	if v {
		return 1
	}
	return 0
}

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
