package reconcile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/parallel"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// shop is a stack, Stripe, and the time between them.
type shop struct {
	t      *testing.T
	now    time.Time
	stripe *fakestripe.API
	url    string
	key    string
	store  *memory.Store
	bus    *memory.Bus
	logged bytes.Buffer
	thin   event.ThinLister
	calls  int    // of Stripe's API in one run; 0 is the usual
	ends   string // endpoints
	posted int

	livemode bool // of the events that happen
}

func newShop(t *testing.T) *shop {
	s := &shop{t: t, now: start, store: memory.New(), key: "rk_test_1", ends: "default=test"}
	s.bus = &memory.Bus{Selects: map[string][]string{"update-order": {"charge.succeeded", "charge.refunded"}}}
	s.stripe = &fakestripe.API{Now: func() time.Time { return s.now }}
	srv := httptest.NewServer(s.stripe)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

// function is the function as it comes up after a crash: it knows nothing.
func (s *shop) function() reconcile.Sweeps {
	ends, err := webhook.ParseEndpoints(s.ends)
	if err != nil {
		s.t.Fatal(err)
	}
	now := func() time.Time { return s.now }
	log := slog.New(slog.NewTextHandler(&s.logged, nil))
	return reconcile.Sweeps{
		Ledger: s.store, Now: now, Log: log,
		Due:        &reconcile.Due{Store: s.store, Ledger: s.store, Bus: s.bus},
		Pending:    &reconcile.Pending{Store: s.store, Ledger: s.store, Bus: s.bus},
		Unrecorded: &reconcile.Unrecorded{Store: s.store, Ledger: s.store},
		Missing: &reconcile.Missing{
			Lister: s.client(), Thin: s.thin, Types: s.bus, Ledger: s.store,
			Intake:    &ingest.Intake{Store: s.store, Quarantine: s.store.Quarantine(), Retention: 400 * 24 * time.Hour},
			Endpoints: ends, Now: now, Log: log, MaxCalls: s.calls,
		},
	}
}

// client reads at Stripe.
func (s *shop) client() *stripeapi.Client {
	secret := func(context.Context) (string, error) {
		if s.key == "" {
			return "", event.ErrNotConfigured
		}
		return s.key, nil
	}
	return &stripeapi.Client{Secret: secret, Base: s.url, Now: func() time.Time { return s.now }}
}

func (s *shop) sweep() (reconcile.Fetched, error) { return s.alone(s.function().Missing) }

// alone is a run of that sweep alone, which takes events of any age.
func (s *shop) alone(m *reconcile.Missing) (reconcile.Fetched, error) {
	return missing(s.t.Context(), m, reconcile.Request{})
}

func missing(ctx context.Context, m *reconcile.Missing, req reconcile.Request) (reconcile.Fetched, error) {
	req.MinAge = new(int)
	r, err := reconcile.Sweeps{Ledger: m.Ledger, Missing: m, Now: m.Now, Log: m.Log}.Run(parallel.InTurn(ctx, still{}), req)
	return r.Fetched, err
}

// still is a clock that stands still, for tests that count what happens.
type still struct{}

func (still) Parallel(int, int) func() { return func() {} }

// run is a sweep that must succeed.
func (s *shop) run() reconcile.Fetched {
	s.t.Helper()
	r, err := s.sweep()
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// pass lets time pass.
func (s *shop) pass(d time.Duration) { s.now = s.now.Add(d) }

// happen makes an event at Stripe that is not posted to any endpoint, with more
// members.
func (s *shop) happen(kind string, at time.Time, more ...string) string {
	s.t.Helper()
	s.posted++
	id := fmt.Sprintf("evt_%05d", s.posted)
	body := stripetest.Event{
		ID: id, Type: kind, Version: stripetest.Older, Scope: event.Scope{Livemode: s.livemode}, Created: at,
		Object: stripetest.Object{"id": fmt.Sprint("ch_", s.posted), "object": "charge", "amount": 100, "currency": "eur"},
	}.Body()
	body = append([]byte("{"+strings.Join(more, "")), body[1:]...)
	if err := s.stripe.PutEvents("", body); err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *shop) has(id string) bool {
	s.t.Helper()
	_, err := s.store.Get(context.Background(), id)
	if err != nil && !errors.Is(err, event.ErrNotFound) {
		s.t.Fatal(err)
	}
	return err == nil
}

func (s *shop) missing() (ids []string) {
	for i := range s.posted {
		if id := fmt.Sprintf("evt_%05d", i+1); !s.has(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func TestFourDaysOfMissingEventsAreStoredOnce(t *testing.T) {
	s := newShop(t)
	s.run() // the stack is made
	acted := map[string]int{}
	s.bus.Handle = func(ctx context.Context, action string, e event.Envelope) error {
		d, err := s.store.Claim(ctx, event.Claim{DeliveryRef: ref(e.ID, action), Owner: "a", Now: s.now, Lease: s.now.Add(time.Minute), Expires: s.now.AddDate(1, 0, 0)})
		if errors.Is(err, event.ErrFinished) {
			return nil
		}
		acted[e.ID]++
		d.State = event.Done
		return errors.Join(err, s.store.Commit(ctx, event.Commit{Delivery: d, Claimed: true}))
	}
	for i := range 1000 {
		s.happen("charge.succeeded", start.Add(time.Duration(i)*4*24*time.Hour/1000))
	}
	s.pass(4 * 24 * time.Hour)
	calls := s.stripe.Calls()
	if r := s.run(); r.Stored != 1000 {
		t.Fatalf("%+v, want 1000 stored", r)
	}
	if n := s.stripe.Calls() - calls; n < 10 || n > 30 {
		t.Errorf("%d calls for 10 pages", n)
	}
	if gone := s.missing(); len(gone) > 0 {
		t.Fatalf("%d are missing, %s first", len(gone), gone[0])
	}
	stored, err := s.store.Get(t.Context(), "evt_00001")
	if err != nil || stored.Endpoint != event.EndpointListed || !stored.Pending || len(stored.Body) == 0 {
		t.Fatalf("%+v %v, want it marked as recovered and pending", stored, err)
	}
	for range 5 {
		s.pass(10 * time.Minute)
		if r := s.run(); r.Stored != 0 {
			t.Fatalf("%+v: stored again", r)
		}
		f := s.function()
		f.Missing, f.Unrecorded, f.Due = nil, nil, nil
		if _, err := f.Run(t.Context(), reconcile.Request{}); err != nil {
			t.Fatal(err)
		}
	}
	for id, n := range acted {
		if n != 1 {
			t.Errorf("%s was sent %d times", id, n)
		}
	}
	if len(acted) != 1000 {
		t.Errorf("%d were sent, want 1000", len(acted))
	}
}

func TestTheSweepGoesOnAfterACrashAnywhereAndLosesNothing(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			s := newShop(t)
			s.run()
			rng := rand.New(rand.NewPCG(seed, 0))
			for range 300 {
				s.happen("charge.succeeded", start.Add(time.Duration(rng.Int64N(int64(24*time.Hour)))))
			}
			s.pass(24 * time.Hour)
			s.calls = 20 + rng.IntN(20)
			for range 400 {
				crash := rng.IntN(150)
				s.store.Fault = func(memory.Op) memory.Fault {
					if crash--; crash == 0 && rng.IntN(2) == 0 {
						return memory.Refuse(memory.ErrUnavailable)
					} else if crash == 0 {
						return memory.LoseReply(memory.ErrUnavailable)
					}
					return memory.Fault{}
				}
				_, _ = s.sweep()
				s.store.Fault = nil
				s.pass(time.Minute)
				if len(s.missing()) == 0 {
					return
				}
			}
			t.Fatalf("%d are missing after 400 runs", len(s.missing()))
		})
	}
}

func TestTheCursorMovesOnlyAfterTheCommit(t *testing.T) {
	s := newShop(t)
	s.run()
	for i := range 250 {
		s.happen("charge.succeeded", start.Add(time.Duration(i)*time.Minute))
	}
	s.pass(2 * 24 * time.Hour)
	s.store.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Put" && op.Key >= "evt_00130" {
			return memory.Refuse(memory.ErrUnavailable)
		}
		return memory.Fault{}
	}
	for range 3 {
		if _, err := s.sweep(); err == nil {
			t.Fatal("the store is down and the sweep says nothing")
		}
		s.pass(time.Hour)
	}
	s.store.Fault = nil
	if s.run(); len(s.missing()) > 0 {
		t.Fatalf("%d are missing", len(s.missing()))
	}
}

func TestAGapBeyondStripesThirtyDaysIsAnAlarmOnce(t *testing.T) {
	s := newShop(t)
	s.run()
	lost := s.happen("charge.succeeded", start.Add(5*24*time.Hour))
	kept := s.happen("charge.succeeded", start.Add(20*24*time.Hour))
	s.pass(40 * 24 * time.Hour)
	for i := range 3 {
		if r := s.run(); r.Gaps != map[int]int{0: 1}[i] {
			t.Fatalf("run %d: %d gaps", i, r.Gaps)
		}
		s.pass(15 * time.Minute)
	}
	if s.has(lost) || !s.has(kept) {
		t.Fatalf("lost %t, kept %t", s.has(lost), s.has(kept))
	}
	if text := s.logged.String(); strings.Count(text, "msg=\"missing beyond retention\"") != 1 || !strings.Contains(text, "30 days") || !strings.Contains(text, "level=ERROR") {
		t.Fatal(text)
	}
}

func TestAnOddEventIsQuarantinedAndHoldsNoOtherUp(t *testing.T) {
	s := newShop(t)
	s.run()
	s.happen("charge.succeeded", start.Add(time.Hour), `"livemode":false,`) // a key twice
	good := s.happen("charge.succeeded", start.Add(time.Hour))
	s.pass(2 * time.Hour)
	if r := s.run(); r.Quarantined != 1 || !s.has(good) {
		t.Fatalf("%+v, good %t", r, s.has(good))
	}
}

func TestAnEventThatComesByBothWaysIsStoredOnce(t *testing.T) {
	s := newShop(t)
	s.run()
	id := s.happen("charge.succeeded", start.Add(time.Hour))
	s.pass(2 * time.Hour)
	s.run()
	stored, err := s.store.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	intake := ingest.Intake{Store: s.store, Quarantine: s.store.Quarantine(), Retention: time.Hour}
	from := ingest.Arrival{Endpoint: webhook.Endpoint{Name: "default", Expect: webhook.ExpectAny}, Received: s.now}
	if _, result, _, err := intake.Accept(t.Context(), from, stored.Body); result != event.ResultDuplicate || err != nil {
		t.Fatal(result, err)
	}
}
