package fetch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/dispatch"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/fetch"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/webhook"
)

// rig is the way of an event from ingest to actions, over the ports in memory and the
// fake of Stripe's API.
type rig struct {
	t       *testing.T
	now     time.Time
	store   *memory.Store
	bus     *memory.Bus
	stripe  *fakestripe.API
	source  *source
	intake  *ingest.Intake
	out     *dispatch.Dispatcher
	fetcher *fetch.Fetcher
	fetch   *delivery.Handler
	at      int64 // position in the stream

	mu    sync.Mutex
	sent  []event.Envelope    // for function fetch, not handled yet
	acted map[string][]string // by action: the events that it got, in order
}

// source counts the calls and may change or fail them.
type source struct {
	event.ThinSource
	mu     sync.Mutex
	calls  []string
	answer func(what string, body []byte, err error) ([]byte, error)
}

func (s *source) called(what string, body []byte, err error) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, what)
	if s.answer != nil {
		return s.answer(what, body, err)
	}
	return body, err
}

func (s *source) ThinEvent(ctx context.Context, live bool, account, id string) ([]byte, error) {
	body, err := s.ThinSource.ThinEvent(ctx, live, account, id)
	return s.called("event", body, err)
}

func (s *source) Snapshot(ctx context.Context, live bool, account, id string) ([]byte, error) {
	body, err := s.ThinSource.Snapshot(ctx, live, account, id)
	return s.called("snapshot", body, err)
}

func (s *source) Object(ctx context.Context, live bool, account, path, version string) ([]byte, error) {
	body, err := s.ThinSource.Object(ctx, live, account, path, version)
	return s.called("object "+version, body, err)
}

// seven subscribe to everything.
var seven = []string{"a", "b", "c", "d", "e", "f", "g"}

func newRig(t *testing.T, subscribers ...string) *rig {
	t.Helper()
	r := &rig{t: t, now: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), store: memory.New(), stripe: &fakestripe.API{}, acted: map[string][]string{}}
	clock := func() time.Time { return r.now }
	log := slog.New(slog.DiscardHandler)
	r.bus = &memory.Bus{Selects: map[string][]string{event.Fetch: nil}, Handle: r.handle}
	for _, name := range subscribers {
		r.bus.Selects[name] = nil
	}
	r.source = &source{ThinSource: r.stripe}
	r.intake = &ingest.Intake{Store: r.store, Quarantine: r.store.Quarantine(), Retention: 400 * 24 * time.Hour}
	r.out = &dispatch.Dispatcher{Store: r.store, Quarantine: r.store.Quarantine(), Bus: r.bus, Decode: dynamo.FromImage, Now: clock, Log: log, Retention: time.Hour}
	r.fetcher = &fetch.Fetcher{Store: r.store, Bus: r.bus, Source: r.source, Publish: r.out.Fetched, Now: clock}
	owners := 0
	r.fetch = &delivery.Handler{
		Action: event.Fetch, Run: r.fetcher.Run, Store: r.store, Ledger: r.store, Now: clock, Log: log,
		Rand: func() float64 { return 0.5 }, Owner: func() string { owners++; return fmt.Sprint("attempt-", owners) },
		Pause: func(context.Context, time.Duration) error { return nil },
	}
	return r
}

// handle takes what the bus delivers.
func (r *rig) handle(_ context.Context, action string, e event.Envelope) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if action == event.Fetch {
		r.sent = append(r.sent, e)
		return nil
	}
	r.acted[action] = append(r.acted[action], e.ID)
	return nil
}

// post accepts a body as the endpoint does that takes connected accounts, too.
func (r *rig) post(body []byte) (event.Facts, event.Result) {
	r.t.Helper()
	f, result, reason, err := r.intake.Accept(r.t.Context(), ingest.Arrival{Endpoint: webhook.Endpoint{Name: "default", Expect: webhook.ExpectAny, Connect: true}, Received: r.now}, body)
	if err != nil || reason != "" {
		r.t.Errorf("post: %s %v, facts %+v", reason, err, f)
	}
	return f, result
}

// dispatch hands the stream's new records to dispatch.
func (r *rig) dispatch() {
	r.t.Helper()
	var in events.DynamoDBEvent
	for _, c := range r.store.Changes(r.at, 1000) {
		r.at = c.Seq
		in.Records = append(in.Records, events.DynamoDBEventRecord{Change: events.DynamoDBStreamRecord{SequenceNumber: c.SequenceNumber(), NewImage: dynamo.NewImage(c.Stored)}})
	}
	out, err := r.out.Handle(r.t.Context(), in)
	if err != nil || len(out.BatchItemFailures) > 0 {
		r.t.Errorf("dispatch: %v, failures %v", err, out.BatchItemFailures)
	}
}

// run lets everything happen that is due, and returns the deliveries of function fetch.
func (r *rig) run() (ds []event.Delivery) {
	r.t.Helper()
	for r.dispatch(); len(r.sent) > 0; r.dispatch() {
		e := r.sent[0]
		r.sent = r.sent[1:]
		ds = append(ds, r.deliver(e.ID))
	}
	return ds
}

func (r *rig) deliver(id string) event.Delivery {
	r.t.Helper()
	d, err := r.fetch.Deliver(r.t.Context(), id, true)
	if err != nil {
		r.t.Errorf("fetch %s: %v", id, err)
	}
	return d
}

// want: each action got these events, and no other.
func (r *rig) want(ids ...string) {
	r.t.Helper()
	for _, name := range seven {
		if _, subscribed := r.bus.Selects[name]; subscribed && !slices.Equal(r.acted[name], ids) {
			r.t.Errorf("action %s got %v, expected %v", name, r.acted[name], ids)
		}
	}
}

func (r *rig) get(id string) event.Stored {
	r.t.Helper()
	s, err := r.store.Get(r.t.Context(), id)
	if err != nil {
		r.t.Errorf("get %s: %v", id, err)
	}
	return s
}

// twins are a snapshot, which Stripe has, and its thin event.
func (r *rig) twins(snapshot []byte, named bool) (thin []byte) {
	r.t.Helper()
	if err := r.stripe.PutEvents("", json.RawMessage(snapshot)); err != nil {
		r.t.Fatal(err)
	}
	thin, err := fakestripe.Thin(snapshot, named)
	if err != nil {
		r.t.Fatal(err)
	}
	return thin
}
