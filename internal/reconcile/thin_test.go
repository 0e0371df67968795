package reconcile_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// pastDue is a type that only thin events have.
const pastDue = "v1.customer.subscription.past_due"

// newThinShop is a shop that has thin events listed, with a function for them.
func newThinShop(t *testing.T) *shop {
	s := newShop(t)
	s.thin, s.bus.Selects["collect"] = s.client(), []string{pastDue}
	return s
}

// happenThin makes a thin event at Stripe that is not posted to any endpoint and has no
// snapshot twin, with more members.
func (s *shop) happenThin(kind string, at time.Time, more ...string) string {
	s.t.Helper()
	s.posted++
	id := fmt.Sprintf("evt_%05d", s.posted)
	body := fmt.Sprintf(`{"id":%q,"object":"v2.core.event","type":%q,"livemode":%t,"created":%q,"context":null,`+
		`"related_object":{"id":"sub_%d","type":"subscription","url":"/v1/subscriptions/sub_%d"}%s}`,
		id, kind, s.livemode, at.UTC().Format("2006-01-02T15:04:05.000Z"), s.posted, s.posted, strings.Join(more, ""))
	if err := s.stripe.PutEvents("", []byte(body)); err != nil {
		s.t.Fatal(err)
	}
	return id
}

// refuse lets Stripe's API answer with a status below a path.
func (s *shop) refuse(path string, status int) {
	s.stripe.Fault = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, path) {
			return false
		}
		fakestripe.Fail(w, status, "invalid_request_error", "", "not now")
		return true
	}
}

func TestRow60AGapInEitherListCloses(t *testing.T) {
	s := newThinShop(t)
	s.bus.Selects["sources"] = []string{"source.mandate_notification"} // has no thin twin
	s.run()
	snapshot := s.happen("source.mandate_notification", start.Add(time.Hour))
	thin := s.happenThin(pastDue, start.Add(time.Hour))
	interop := s.happenThin("v1.charge.refunded", start.Add(time.Hour)) // its snapshot is in no list
	both := s.happen("charge.succeeded", start.Add(time.Hour))
	s.pass(2 * time.Hour)
	if r := s.run(); r.Stored != 4 || r.Listed != 4 || r.Calls != 2 {
		t.Fatalf("%+v, want 4 listed and stored with one call of each list", r)
	}
	for id, want := range map[string]event.Facts{
		snapshot: {Type: "source.mandate_notification"}, thin: {Type: pastDue, SentAs: pastDue},
		interop: {Type: "charge.refunded", SentAs: "v1.charge.refunded"}, both: {Type: "charge.succeeded"},
	} {
		got, err := s.store.Get(t.Context(), id)
		if err != nil || got.Type != want.Type || got.SentAs != want.SentAs || got.Endpoint != event.EndpointListed || !got.Pending || got.ByFetch != got.Thin() {
			t.Errorf("%s: %+v, %v", id, got, err)
		}
	}
	if s.has(fakestripe.ThinID(both, false)) {
		t.Error("what both lists have is stored twice")
	}
	s.pass(10 * time.Minute)
	if r := s.run(); r.Stored != 0 {
		t.Errorf("%+v, want nothing stored again", r)
	}
}

func TestAThinEventIsStoredOnceWhicheverListOrDeliveryIsFirst(t *testing.T) {
	const kind = "charge.succeeded"
	for name, c := range map[string]struct {
		posted  string // its form
		refused string // path of the first run
		stored  [2]int // by the first run, and by the second
		thinIs  bool   // stored under its own id, until it is fetched
	}{
		"both lists":             {"", "", [2]int{1, 0}, false},
		"snapshots first":        {"", "/v2/", [2]int{1, 0}, false},
		"thin first":             {"", "/v1/", [2]int{1, 0}, false},
		"posted as a snapshot":   {"snapshot", "", [2]int{0, 0}, false},
		"posted thin, named":     {"named", "", [2]int{0, 0}, false},
		"posted thin, not named": {"thin", "/v1/", [2]int{0, 1}, true}, // function fetch links the two
	} {
		t.Run(name, func(t *testing.T) {
			s := newThinShop(t)
			s.run()
			id := s.happen(kind, start.Add(time.Hour))
			s.pass(2 * time.Hour)
			s.post(c.posted, id)
			s.refuse(c.refused, 500)
			if c.refused == "" {
				s.stripe.Fault = nil
			}
			for i, want := range c.stored {
				if r, err := s.sweep(); r.Stored != want || (err != nil) != (s.stripe.Fault != nil) {
					t.Fatalf("run %d: %+v, %v, want %d stored", i, r, err, want)
				}
				s.stripe.Fault = nil
				s.pass(10 * time.Minute)
			}
			if !s.has(id) || s.has(fakestripe.ThinID(id, false)) != c.thinIs {
				t.Errorf("stored under the snapshot's id %t, under the thin event's %t", s.has(id), s.has(fakestripe.ThinID(id, false)))
			}
		})
	}
}

// post delivers an event in one of its forms to the endpoint.
func (s *shop) post(form, id string) {
	s.t.Helper()
	if form == "" {
		return
	}
	body, err := s.stripe.Snapshot(s.t.Context(), false, "", id)
	if err == nil && form != "snapshot" {
		body, err = fakestripe.Thin(body, form == "named")
	}
	if err != nil {
		s.t.Fatal(err)
	}
	intake := ingest.Intake{Store: s.store, Quarantine: s.store.Quarantine(), Retention: time.Hour}
	from := ingest.Arrival{Endpoint: webhook.Endpoint{Name: "default", Expect: webhook.ExpectAny}, Received: s.now}
	if _, result, _, err := intake.Accept(s.t.Context(), from, body); result != event.ResultStored || err != nil {
		s.t.Fatal(result, err)
	}
}

func TestYoungThinEventsAreLeftToStripesOwnDelivery(t *testing.T) {
	s := newThinShop(t)
	s.run()
	s.pass(10 * time.Minute)
	id, twin := s.happenThin(pastDue, s.now.Add(-time.Minute)), s.happen("charge.succeeded", s.now.Add(-time.Minute))
	run := func(req reconcile.Request) reconcile.Fetched {
		r, err := s.function().Run(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		return r.Fetched
	}
	if r := run(reconcile.Request{}); r.Young != 2 || r.Listed != 2 || s.has(id) || s.has(twin) {
		t.Fatalf("%+v, want both left, and what both lists have counted once", r)
	}
	s.pass(time.Minute)
	now := 0
	if r := run(reconcile.Request{Now: true, MinAge: &now}); r.Stored != 2 || !s.has(id) {
		t.Fatalf("%+v, want all that an operator asks for", r)
	}
	s.pass(10 * time.Minute)
	late := s.happenThin(pastDue, s.now.Add(-9*time.Minute)) // listed late
	if run(reconcile.Request{}); !s.has(late) {
		t.Fatal("what was created before the last listing is never stored")
	}
}

func TestThinEventsOfConnectedAccountsAreTheirs(t *testing.T) {
	s := newThinShop(t)
	s.ends = "default=test,connect=test+connect"
	seen := stripetest.Event{ID: "evt_seen", Type: "charge.succeeded", Created: start, Object: stripetest.Object{"id": "ch_1", "object": "charge"}}
	f, _ := webhook.Parse(seen.Body())
	f.Account, f.Received = "acct_1", start
	if _, err := s.store.Put(t.Context(), event.Event{Facts: f, Body: seen.Body()}, start.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"id":"evt_theirs","object":"v2.core.event","type":%q,"livemode":false,"created":"2026-11-22T12:10:00.000Z"}`, pastDue)
	if err := s.stripe.PutEvents("acct_1", []byte(body)); err != nil {
		t.Fatal(err)
	}
	s.pass(20 * time.Minute)
	for range 2 { // what is pending, which meets the account, may have its turn after what is missing
		if _, err := s.function().Run(t.Context(), reconcile.Request{}); err != nil {
			t.Fatal(err)
		}
		s.pass(time.Minute)
	}
	if got, err := s.store.Get(t.Context(), "evt_theirs"); err != nil || got.Account != "acct_1" {
		t.Fatalf("%+v, %v", got.Facts, err)
	}
	scopes, err := reconcile.KnownScopes(t.Context(), s.store, s.now)
	if err != nil || len(scopes) != 2 {
		t.Errorf("%v, %v: want each scope once", scopes, err)
	}
}
