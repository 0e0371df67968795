package ingest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
)

const partner = "aws.partner/stripe.com/ed_1"

// bridge is a rig whose events come by the partner bus.
type bridge struct {
	*rig
	handler *ingest.EventBridge
}

func newBridge(t *testing.T, endpoints string) *bridge {
	t.Helper()
	r := newRig(t, endpoints)
	row, err := ingest.EventBridgeRow(r.handler.Endpoints, partner)
	if err != nil {
		t.Fatal(err)
	}
	return &bridge{r, &ingest.EventBridge{
		Endpoint: row, Source: partner, Intake: r.handler.Intake, Now: r.handler.Now, Log: slog.New(slog.NewJSONHandler(&r.logs, nil)),
	}}
}

// envelope is what EventBridge makes of an event.
func envelope(source, kind, detail string) string {
	return fmt.Sprintf(`{"version":"0","id":"1a40f19f-879c-53e3-6228-ead45268d5fc","detail-type":%q,"source":%q,"account":"123456789012","detail":%s}`, kind, source, detail)
}

// receive gives the messages to the handler, named by their place, and returns the
// names of those that come back.
func (b *bridge) receive(messages ...string) string {
	b.t.Helper()
	b.logs.Reset()
	var in lambda.SQSEvent
	for i, text := range messages {
		in.Records = append(in.Records, lambda.SQSMessage{MessageId: fmt.Sprint(i), Body: text})
	}
	out, err := b.handler.Handle(b.t.Context(), in)
	if err != nil || out.BatchItemFailures == nil {
		b.t.Fatalf("%+v, %v", out, err)
	}
	if lines := bytes.Count(b.logs.Bytes(), []byte("\n")); lines != len(messages) {
		b.t.Errorf("%d log lines for %d messages: %s", lines, len(messages), b.logs.String())
	}
	back := make([]string, len(out.BatchItemFailures))
	for i, f := range out.BatchItemFailures {
		back[i] = f.ItemIdentifier
	}
	return strings.Join(back, " ")
}

// held is the only request in the quarantine.
func (b *bridge) held() event.Quarantined {
	b.t.Helper()
	all, _, err := event.Collect(b.store.Quarantine().All(b.t.Context()))
	if err != nil || len(all) != 1 {
		b.t.Fatalf("%d quarantined, want one: %v", len(all), err)
	}
	q, err := b.store.Quarantine().Get(b.t.Context(), all[0].Endpoint, all[0].ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return q
}

// sampleEnvelope reads a sample with the bytes of its detail.
func sampleEnvelope(t *testing.T, name string) (text, source string, detail []byte) {
	t.Helper()
	sample, err := events.EventBridge(name)
	if err != nil {
		t.Fatal(err)
	}
	var e struct {
		Source string
		Detail json.RawMessage
	}
	if err := json.Unmarshal(sample, &e); err != nil {
		t.Fatal(err)
	}
	return string(sample), e.Source, e.Detail
}
