package reconcile_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
)

func TestARefusedListOfThinEventsStopsNothingAndSkipsNothing(t *testing.T) {
	for _, status := range []int{http.StatusForbidden, http.StatusNotFound} {
		t.Run(http.StatusText(status), func(t *testing.T) { refusedList(t, status) })
	}
}

func refusedList(t *testing.T, status int) {
	s := newThinShop(t)
	s.run()
	thin, snapshot := s.happenThin(pastDue, start.Add(time.Minute)), s.happen("charge.succeeded", start.Add(time.Minute))
	s.refuse("/v2/", status)
	s.pass(2 * time.Hour)
	if r := s.run(); r.Denied != 1 || r.Stored != 1 || !s.has(snapshot) {
		t.Fatalf("%+v, want the snapshot stored and the refusal counted", r)
	}
	if text := s.logged.String(); strings.Count(text, "level=WARN") != 1 || !strings.Contains(text, "grant") || !strings.Contains(text, "livemode=false") {
		t.Fatal(text)
	}
	for range 9 {
		s.pass(time.Minute)
		if r := s.run(); r.Denied != 0 || r.Calls != 1 {
			t.Fatalf("%+v, want no other try within ten minutes", r)
		}
	}
	for range 20 {
		s.pass(time.Hour)
		if r := s.run(); r.Denied != 1 {
			t.Fatalf("%+v, want the refusal counted", r)
		}
	}
	s.stripe.Fault = nil
	s.pass(10 * time.Minute)
	if r := s.run(); r.Denied != 0 || r.Stored != 1 || !s.has(thin) {
		t.Fatalf("%+v, want what was refused for a day", r)
	}
}

func TestAFailureOfOneListDoesNotStopTheOther(t *testing.T) {
	for name, c := range map[string]struct {
		path   string
		status int
		stored bool // of the snapshot, else of the thin event
	}{
		"snapshots, 500": {"/v1/", 500, false}, "snapshots, 403": {"/v1/", 403, false},
		"thin, 500": {"/v2/", 500, true}, "thin, 429": {"/v2/", 429, true}, "thin, 400": {"/v2/", 400, true},
	} {
		t.Run(name, func(t *testing.T) {
			const untwinned = "source.mandate_notification"
			s := newThinShop(t)
			s.bus.Selects["sources"] = []string{untwinned}
			s.run()
			thin, snapshot := s.happenThin(pastDue, start.Add(time.Minute)), s.happen(untwinned, start.Add(time.Minute))
			s.pass(2 * time.Hour)
			s.refuse(c.path, c.status)
			if _, err := s.sweep(); err == nil || !strings.Contains(err.Error(), "test/own") || s.has(snapshot) != c.stored || c.path == "/v1/" && !s.has(thin) {
				t.Fatalf("%v: stored the snapshot %t, the thin event %t", err, s.has(snapshot), s.has(thin))
			}
			s.stripe.Fault = nil
			s.pass(10 * time.Minute)
			if s.run(); !s.has(thin) || !s.has(snapshot) {
				t.Fatalf("stored the snapshot %t, the thin event %t", s.has(snapshot), s.has(thin))
			}
		})
	}
}

func TestAStoreThatRefusesThinEventsIsAFailure(t *testing.T) {
	s := newThinShop(t)
	s.run()
	s.happenThin(pastDue, start.Add(time.Minute))
	s.pass(time.Hour)
	s.store.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Put" {
			return memory.Refuse(event.ErrDenied)
		}
		return memory.Fault{}
	}
	if r, err := s.sweep(); err == nil || r.Denied != 0 {
		t.Fatalf("%+v, %v: want an error that is not Stripe's", r, err)
	}
	s.store.Fault = nil
	s.pass(time.Minute)
	if s.run(); len(s.missing()) > 0 {
		t.Error("it is not tried again in the next run")
	}
}

func TestAnAccountThatLeftIsNotReportedAsAMissingPermission(t *testing.T) {
	s := newThinShop(t)
	s.ends = "default=test,connect=test+connect"
	m := s.function().Missing
	m.Note(event.Facts{Scope: event.Scope{Account: "acct_1"}, Received: s.now})
	s.stripe.Fault = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Stripe-Account")+r.Header.Get("Stripe-Context") == "" {
			return false
		}
		http.Error(w, `{"error":{"type":"invalid_request_error","message":"no access to account"}}`, http.StatusForbidden)
		return true
	}
	if r, err := missing(t.Context(), m, reconcile.Request{}); err != nil || r.Denied != 0 || r.Calls != 4 {
		t.Fatalf("%+v, %v", r, err)
	}
}

// slow is Stripe's lists, each call of which takes a second.
type slow struct {
	*fakestripe.API
	s *shop
}

func (l slow) Events(ctx context.Context, q event.Listing) ([][]byte, bool, error) {
	l.s.pass(time.Second)
	return l.API.Events(ctx, q)
}

func (l slow) ThinEvents(ctx context.Context, q event.ThinListing) ([][]byte, string, error) {
	l.s.pass(time.Second)
	return l.API.ThinEvents(ctx, q)
}

func TestThinEventsAreListedWhateverSnapshotsThereAre(t *testing.T) {
	for limited, c := range map[string]struct {
		calls int
		time  time.Duration
	}{"calls": {40, time.Hour}, "time": {1000, 45 * time.Second}} {
		t.Run(limited, func(t *testing.T) {
			s := newThinShop(t)
			s.run()
			for i := range 500 {
				s.happen("source.mandate_notification", start.Add(time.Duration(i)*time.Second))
			}
			thin := s.happenThin(pastDue, start.Add(time.Minute))
			s.bus.Selects["sources"] = []string{"source.mandate_notification"}
			s.stripe.PageSize = 1
			s.pass(2 * time.Hour)
			s.calls, s.thin = c.calls, slow{s.stripe, s}
			m := s.function().Missing
			m.Lister = slow{s.stripe, s}
			r, err := missing(ending{t.Context(), s.now.Add(c.time)}, m, reconcile.Request{})
			if err != nil || !s.has(thin) || r.Stored < 5 || r.Calls > 40 {
				t.Fatalf("%+v, %v: has the thin event %t", r, err, s.has(thin))
			}
		})
	}
}

// ending is a context that ends by the shop's clock.
type ending struct {
	context.Context
	at time.Time
}

func (e ending) Deadline() (time.Time, bool) { return e.at, true }

func TestTwoRunsThatListThinEventsAtOnceAreHarmless(t *testing.T) {
	s := newThinShop(t)
	s.run()
	for i := range 30 {
		s.happenThin(pastDue, start.Add(time.Duration(i)*time.Minute))
	}
	s.pass(2 * time.Hour)
	puts, second := map[string]int{}, false
	s.store.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Put" {
			puts[op.Key]++
		}
		if op.Name == "Put" && op.Key == "evt_00010" && !second {
			second = true
			s.run() // lists everything while the first is within its page
		}
		return memory.Fault{}
	}
	if s.run(); len(s.missing()) > 0 || !second {
		t.Fatalf("%v are missing", s.missing())
	}
	if text := s.logged.String(); strings.Count(text, "another run") != 1 || strings.Contains(text, "ERROR") {
		t.Fatal(text)
	}
	s.pass(10 * time.Minute)
	if r := s.run(); r.Stored != 0 {
		t.Fatalf("%+v, want nothing stored again", r)
	}
	if len(puts) != 30 {
		t.Errorf("%d events were put", len(puts))
	}
}

func TestAStackWithoutAKeyListsNoThinEvents(t *testing.T) {
	s := newThinShop(t)
	s.key = ""
	for range 3 {
		if r := s.run(); r.Denied > 0 || r.Gaps > 0 {
			t.Fatalf("%+v", r)
		}
		s.pass(20 * 24 * time.Hour)
	}
	if text := s.logged.String(); strings.Contains(text, "ERROR") || strings.Contains(text, "WARN") || s.stripe.Calls() > 0 {
		t.Fatal(text)
	}
}
