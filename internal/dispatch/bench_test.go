package dispatch_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/payhooks/payhooks/internal/bus"
	"github.com/payhooks/payhooks/internal/dispatch"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/metric"
)

// far is AWS at 5 ms a call: every call succeeds.
type far struct{}

func (far) Do(r *http.Request) (*http.Response, error) {
	time.Sleep(5 * time.Millisecond)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	answer := `{}`
	switch target := r.Header.Get("X-Amz-Target"); {
	case strings.HasSuffix(target, "ListRules"):
		answer = `{"Rules":[{"Name":"update-order","State":"ENABLED","EventPattern":"{\"detail\":{\"only\":[{\"exists\":false},\"update-order\"]}}"}]}`
	case strings.HasSuffix(target, "PutEvents"):
		answer = `{"Entries":[` + strings.TrimSuffix(strings.Repeat(`{"EventId":"1"},`, strings.Count(string(body), `"Source"`)), ",") + `]}`
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(answer)),
	}, nil
}

// BenchmarkDispatch publishes batches of a hundred events, the real clients with 5 ms a
// call: events a second of one function. One call after the other would be 180.
func BenchmarkDispatch(b *testing.B) {
	cfg := aws.Config{Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("k", "s", ""), HTTPClient: far{}}
	tables := dynamo.Open(cfg, "bench", &metric.Counts{}, func() time.Time { return now })
	d := &dispatch.Dispatcher{
		Store: tables, Quarantine: tables.Quarantine(), Bus: bus.Open(cfg, "bench", func() time.Time { return now }),
		Decode: dynamo.FromImage, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler), Retention: time.Hour,
	}
	var in events.DynamoDBEvent
	for n := range 100 {
		s := event.Stored{Event: event.Event{Facts: event.Facts{ID: fmt.Sprintf("evt_%03d", n), Type: "charge.succeeded", Created: now, Received: now}}, Pending: true}
		in.Records = append(in.Records, events.DynamoDBEventRecord{Change: events.DynamoDBStreamRecord{SequenceNumber: fmt.Sprint(n + 1), NewImage: dynamo.NewImage(s)}})
	}
	for b.Loop() {
		out, err := d.Handle(context.Background(), in)
		if err != nil || len(out.BatchItemFailures) > 0 {
			b.Fatal(out, err)
		}
	}
	b.ReportMetric(100*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
