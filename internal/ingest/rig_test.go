package ingest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/webhook"
)

const (
	signing = "whsec_now"
	whole   = `{"id":"evt_1","object":"event","api_version":"2023-10-16","created":1763856000,"type":"charge.succeeded","livemode":true,"data":{"object":{"id":"ch_1","object":"charge","amount":500,"currency":"jpy"}}}`
)

// rig is ingest over the ports in memory, with a clock and a log to read.
type rig struct {
	t       *testing.T
	handler *ingest.Handler
	store   *memory.Store
	now     time.Time
	logs    bytes.Buffer
	// secret is what Secrets Manager holds, or the error it gives.
	secret    string
	others    map[string]string // of other endpoints than default
	secretErr error
	fetches   int
}

func newRig(t *testing.T, endpoints string) *rig {
	t.Helper()
	all, err := webhook.ParseEndpoints(endpoints)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, store: memory.New(), now: time.Unix(1763856100, 0).UTC(), secret: signing}
	clock := func() time.Time { return r.now }
	r.handler = &ingest.Handler{
		Endpoints: all, Secrets: &secret.Cache{Fetch: r.fetch, Now: clock}, Now: clock,
		Intake: &ingest.Intake{Store: r.store, Quarantine: r.store.Quarantine(), Retention: 400 * 24 * time.Hour}, Log: slog.New(slog.NewJSONHandler(&r.logs, nil)),
	}
	return r
}

func (r *rig) fetch(_ context.Context, endpoint string) (string, error) {
	r.fetches++
	if other, ok := r.others[endpoint]; ok {
		return other, nil
	}
	return r.secret, r.secretErr
}

// request is a signed request as API Gateway hands it over; changes alter it.
func (r *rig) request(body string, changes ...func(*events.APIGatewayV2HTTPRequest)) events.APIGatewayV2HTTPRequest {
	req := events.APIGatewayV2HTTPRequest{
		Body:           body,
		Headers:        map[string]string{"stripe-signature": webhook.Sign([]byte(body), signing, r.now), "host": "x"},
		PathParameters: map[string]string{"endpoint": "default"},
	}
	req.RequestContext.HTTP.Method, req.RequestContext.RequestID = "POST", "JKJaXmPLvHcESHA="
	for _, change := range changes {
		change(&req)
	}
	return req
}

func (r *rig) post(body string, changes ...func(*events.APIGatewayV2HTTPRequest)) int {
	r.t.Helper()
	return r.handle(r.t.Context(), r.request(body, changes...)).StatusCode
}

func (r *rig) handle(ctx context.Context, req events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	r.t.Helper()
	r.logs.Reset()
	payload, err := json.Marshal(req)
	if err != nil {
		r.t.Fatal(err)
	}
	answered, err := r.handler.Invoke(ctx, payload)
	if err != nil {
		r.t.Fatalf("Invoke: %v", err)
	}
	var res events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(answered, &res); err != nil {
		r.t.Fatal(err)
	}
	if !json.Valid([]byte(res.Body)) {
		r.t.Errorf("answer %q is not JSON", res.Body)
	}
	if !strings.Contains(r.logs.String(), `"request":"`+req.RequestContext.RequestID+`"`) {
		r.t.Errorf("the access log does not lead to %s", r.logs.String())
	}
	if lines := strings.Count(r.logs.String(), "\n"); lines != 1 {
		r.t.Errorf("%d log lines for one request: %s", lines, r.logs.String())
	}
	return res
}

// line is the log line of the last request.
type line struct {
	Level, Msg, Event, Type, Endpoint, Reason, Detail, Error, Stack string
	Answer                                                          int
	MS                                                              *int64
}

func (r *rig) line() line {
	r.t.Helper()
	var l line
	if err := json.Unmarshal(r.logs.Bytes(), &l); err != nil {
		r.t.Fatalf("log line %q: %v", r.logs.String(), err)
	}
	return l
}

// want checks the last request's answer and reason.
func (r *rig) want(got, code int, reason string) {
	r.t.Helper()
	if l := r.line(); got != code || l.Answer != code || l.Reason != reason || l.Msg != "request" || l.MS == nil {
		r.t.Errorf("answer %d, want %d %s; log: %s", got, code, reason, r.logs.String())
	}
}

// kept counts what the store and the quarantine hold.
func (r *rig) kept() (stored, held int) {
	r.t.Helper()
	for _, err := range event.ReceivedBetween(r.t.Context(), r.store, time.Time{}, r.now.Add(time.Hour)) {
		if err != nil {
			r.t.Fatal(err)
		}
		stored++
	}
	for _, err := range r.store.Quarantine().All(r.t.Context()) {
		if err != nil {
			r.t.Fatal(err)
		}
		held++
	}
	return stored, held
}

func (r *rig) nothingKept() {
	r.t.Helper()
	if stored, held := r.kept(); stored+held > 0 {
		r.t.Errorf("%d stored, %d quarantined, want nothing", stored, held)
	}
}

// header replaces the signature header.
func header(value string) func(*events.APIGatewayV2HTTPRequest) {
	return func(req *events.APIGatewayV2HTTPRequest) { req.Headers = map[string]string{"stripe-signature": value} }
}

func at(endpoint string) func(*events.APIGatewayV2HTTPRequest) {
	return func(req *events.APIGatewayV2HTTPRequest) { req.PathParameters["endpoint"] = endpoint }
}
