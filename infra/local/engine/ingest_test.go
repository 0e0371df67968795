package engine_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sort"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

const signing = "whsec_engine"

// secrets are the signing secrets of every endpoint.
type secrets struct{}

func (secrets) Secrets(context.Context, string) ([]string, error) { return []string{signing}, nil }

func (secrets) Refresh(_ context.Context, _ string, known []string) ([]string, bool, error) {
	return known, false, nil
}

// edge is ingest over the engine's tables.
type edge struct {
	database
	t       *testing.T
	handler *ingest.Handler
	logs    bytes.Buffer
}

func newEdge(t *testing.T) *edge {
	e := &edge{database: openTables(t), t: t}
	endpoints, err := webhook.ParseEndpoints("default=any")
	if err != nil {
		t.Fatal(err)
	}
	e.handler = &ingest.Handler{
		Endpoints: endpoints, Secrets: secrets{},
		Intake: &ingest.Intake{Store: e.tables, Quarantine: e.tables.Quarantine(), Retention: time.Hour},
		Now:    func() time.Time { return noon }, Log: slog.New(slog.NewJSONHandler(&e.logs, nil)),
	}
	return e
}

// post posts a signed body, as it is or as base64, within the function's time.
func (e *edge) post(ctx context.Context, body []byte, encoded bool) int {
	e.t.Helper()
	e.logs.Reset()
	req := events.APIGatewayV2HTTPRequest{
		Body: string(body), Headers: map[string]string{"stripe-signature": webhook.Sign(body, signing, noon)},
		PathParameters: map[string]string{"endpoint": "default"},
	}
	if encoded {
		req.Body, req.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	req.RequestContext.HTTP.Method = http.MethodPost
	res, err := e.handler.Handle(ctx, req)
	if err != nil {
		e.t.Fatal(err)
	}
	return res.StatusCode
}

func charge(id, description string) []byte {
	return stripetest.Event{
		ID: id, Type: "charge.succeeded", Scope: event.Scope{Livemode: true},
		Object: stripetest.Object{"id": "ch_1", "object": "charge", "description": description},
	}.Body()
}

// stored posts the body and reports whether it was stored, byte for byte. What
// was not must be refused with 413, alarmed, and nowhere.
func (e *edge) stored(id string, body []byte, encoded bool) bool {
	e.t.Helper()
	code := e.post(e.t.Context(), body, encoded)
	got, err := e.tables.Get(e.t.Context(), id)
	switch {
	case code == http.StatusOK && err == nil && bytes.Equal(got.Body, body):
		return true
	case code == http.StatusRequestEntityTooLarge && errors.Is(err, event.ErrNotFound):
		if log := e.logs.String(); !strings.Contains(log, `"level":"ERROR"`) || !strings.Contains(log, `"reason":"too_large"`) {
			e.t.Fatalf("no alarm: %s", log)
		}
		if _, err := e.tables.Quarantine().Get(e.t.Context(), "default", id); !errors.Is(err, event.ErrNotFound) {
			e.t.Fatalf("quarantined: %v", err)
		}
	default:
		e.t.Fatalf("%d bytes, base64 %t: answer %d, stored %d bytes, %v", len(body), encoded, code, len(got.Body), err)
	}
	return false
}

func TestEventIsStoredByteForByteOrAnswered413(t *testing.T) {
	e := newEdge(t)
	noise := make([]byte, 600_000)
	_, _ = rand.Read(noise)
	text := base64.StdEncoding.EncodeToString(noise) // which hardly compresses
	for _, encoded := range []bool{false, true} {
		most := 0
		sort.Search(len(text), func(n int) bool {
			id := fmt.Sprintf("evt_%t_%d", encoded, n)
			if e.stored(id, charge(id, text[:n]), encoded) {
				most = n
				return false
			}
			return true
		})
		if most < 400_000 {
			t.Errorf("base64 %t: up to %d bytes of noise are stored, want at least nearly 400 KB", encoded, most)
		}
	}
}

func TestAnEventThatCompressesIsStoredUpToTheLimitOfTheBody(t *testing.T) {
	e := newEdge(t)
	for _, encoded := range []bool{false, true} {
		for _, more := range []int{0, 1} {
			id := fmt.Sprintf("evt_%t_%d", encoded, more)
			body := charge(id, strings.Repeat("a", webhook.MaxBody+more-len(charge(id, ""))))
			if got := e.stored(id, body, encoded); got != (more == 0) {
				t.Errorf("base64 %t: a body of %d bytes was stored: %t", encoded, len(body), got)
			}
		}
	}
}

func TestUnavailableTableAnswers5xxInTime(t *testing.T) {
	e := newEdge(t)
	for name, down := range map[string]func(*http.Request) (*http.Response, error){
		"throttled": func(req *http.Request) (*http.Response, error) {
			said := `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slow down"}`
			return &http.Response{StatusCode: http.StatusBadRequest, Body: io.NopCloser(strings.NewReader(said)), Header: http.Header{}, Request: req}, nil
		},
		"unreachable": func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED },
		"silent": func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			e.wire.down.Store(&down)
			id := "evt_" + name
			code := e.post(ctx, charge(id, ""), false)
			if code != http.StatusServiceUnavailable || ctx.Err() != nil {
				t.Fatalf("answer %d, time over: %v", code, ctx.Err())
			}
			e.wire.down.Store(nil)
			if !e.stored(id, charge(id, ""), false) {
				t.Fatal("Stripe's next delivery was not stored")
			}
		})
	}
}
