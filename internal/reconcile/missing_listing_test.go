package reconcile_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/stripetest"
)

func TestAStackWithoutAKeySaysSoAndFailsNothing(t *testing.T) {
	s := newShop(t)
	s.key = ""
	for range 3 {
		if r := s.run(); r.Calls > 2 || r.Gaps > 0 {
			t.Fatalf("%+v", r)
		}
		s.pass(20 * 24 * time.Hour)
	}
	if text := s.logged.String(); !strings.Contains(text, "no Stripe API key") || strings.Contains(text, "ERROR") || strings.Contains(text, "WARN") {
		t.Fatal(text)
	}
	if s.stripe.Calls() != 0 {
		t.Fatal("Stripe was called without a key")
	}
}

func TestManyEventsOfOneSecondAreAllFetched(t *testing.T) {
	s := newShop(t)
	s.run()
	for i := range 600 {
		s.happen("charge.succeeded", start.Add(time.Hour+time.Duration(i/500)*time.Hour))
	}
	s.pass(4 * time.Hour)
	if s.run(); len(s.missing()) > 0 {
		t.Fatalf("%d are missing", len(s.missing()))
	}
}

func TestAFewCallsARunAreEnoughInTheEnd(t *testing.T) {
	s := newShop(t)
	s.run()
	for i := range 2000 { // more than a run's pages within the overlap
		s.happen("charge.succeeded", start.Add(time.Duration(i)*100*time.Millisecond))
	}
	s.pass(time.Hour)
	s.calls = 14
	for range 12 {
		if r := s.run(); r.Calls > 14 {
			t.Fatalf("%d calls", r.Calls)
		}
		s.pass(time.Minute)
	}
	if gone := s.missing(); len(gone) > 0 {
		t.Fatalf("%d are missing", len(gone))
	}
}

func TestOnlySubscribedTypesAreFetchedHoweverManyThereAre(t *testing.T) {
	s := newShop(t)
	var types []string
	for i := range 45 {
		types = append(types, fmt.Sprintf("kind.number_%02d", i))
	}
	s.bus.Selects = map[string][]string{"a": types[:30], "b": types[20:]}
	s.run()
	for _, kind := range types {
		s.happen(kind, start.Add(time.Hour))
	}
	s.pass(2 * time.Hour)
	if r := s.run(); r.Stored != 45 || r.Calls != 3 {
		t.Fatalf("%+v, want 45 stored with 3 calls", r)
	}
	other := s.happen("kind.of_nobody", s.now, `"_delivery_success":false,`)
	s.pass(time.Minute)
	if s.run(); s.has(other) {
		t.Fatal("an event that nobody wants was fetched")
	}
}

func TestAnActionForAllTypesHasAllFetched(t *testing.T) {
	s := newShop(t)
	s.bus.Selects["all"] = nil
	s.run()
	id := s.happen("some.thing", start.Add(time.Hour))
	s.pass(2 * time.Hour)
	if s.run(); !s.has(id) {
		t.Fatal("not fetched")
	}
}

func TestWhatStripeCouldNotDeliverIsFetchedWithinTheMinute(t *testing.T) {
	s := newShop(t)
	s.run()
	s.pass(2 * time.Minute)
	failed := s.happen("charge.succeeded", s.now, `"_delivery_success":false,`)
	silent := s.happen("charge.succeeded", s.now)
	s.pass(time.Minute)
	if r := s.run(); !s.has(failed) || s.has(silent) || r.Calls != 1 {
		t.Fatalf("%+v: failed %t, silent %t", r, s.has(failed), s.has(silent))
	}
	s.pass(10 * time.Minute)
	if s.run(); !s.has(silent) {
		t.Fatal("the full listing did not find what Stripe takes for delivered")
	}
}

func TestYoungEventsAreLeftToStripesOwnDelivery(t *testing.T) {
	for name, more := range map[string][]string{"delivered to another": nil, "undelivered": {`"_delivery_success":false,`}} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			run := func(minAge *int) reconcile.Reply {
				r, err := s.function().Run(t.Context(), reconcile.Request{Now: len(more) == 0, MinAge: minAge})
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
			run(nil)
			s.pass(time.Minute)
			id := s.happen("charge.succeeded", s.now.Add(-5*time.Second), more...)
			for range 4 { // at most 4 minutes and 5 seconds old
				if r := run(nil); r.Stored != 0 || len(more) == 0 && r.Young != 1 {
					t.Fatalf("%+v, want it left", r.Fetched)
				}
				s.pass(time.Minute)
			}
			s.pass(time.Minute)
			if r := run(nil); r.Stored != 1 || r.Young != 0 || !s.has(id) {
				t.Fatalf("%+v, want it stored", r.Fetched)
			}
			none, own := 0, s.happen("charge.succeeded", s.now.Add(-time.Second), more...)
			if r := run(&none); r.Stored != 1 || !s.has(own) {
				t.Fatalf("%+v, want all that an operator asks for", r.Fetched)
			}
		})
	}
}

func TestWhatWasYoungIsListedAgainAlsoWhenAClockWasAhead(t *testing.T) {
	s := newShop(t)
	var types []string
	for i := range 45 {
		types = append(types, fmt.Sprintf("kind.number_%02d", i))
	}
	s.bus.Selects = map[string][]string{"a": types}
	s.run()
	s.calls = 1 // each run lists one of three chunks of types
	run := func(at time.Duration) {
		s.now = start.Add(at)
		if _, err := s.function().Run(t.Context(), reconcile.Request{}); err != nil {
			t.Fatal(err)
		}
	}
	run(45 * time.Minute) // begins a window that ends then
	id := s.happen(types[20], start.Add(15*time.Minute))
	run(15*time.Minute + time.Second) // meets it
	run(40 * time.Minute)             // ends the window
	s.calls = 0
	if run(50 * time.Minute); !s.has(id) {
		t.Error("what was young is before the next window")
	}
}

func TestANewStackLooksBackThreeHours(t *testing.T) {
	s := newShop(t)
	before, long := s.happen("charge.succeeded", start.Add(-170*time.Minute)), s.happen("charge.succeeded", start.Add(-4*time.Hour))
	if s.run(); !s.has(before) || s.has(long) {
		t.Errorf("has what happened within 3 hours: %t, before: %t", s.has(before), s.has(long))
	}
}

func TestAnEventThatIsListedLateIsFetched(t *testing.T) {
	s := newShop(t)
	s.run()
	s.pass(20 * time.Minute)
	s.run()
	late := s.happen("charge.succeeded", s.now.Add(-5*time.Minute))
	s.pass(11 * time.Minute)
	if s.run(); !s.has(late) {
		t.Fatal("it was created before the last listing and is never fetched")
	}
}

func TestConnectedAccountsSeenInThirtyDaysAreLookedAt(t *testing.T) {
	s := newShop(t)
	s.ends = "default=test,connect=test+connect"
	s.run()
	seen := event.Facts{ID: "evt_seen", Type: "charge.succeeded", Scope: event.Scope{Account: "acct_1"}, Created: s.now, Received: s.now}
	if _, err := s.store.Put(t.Context(), event.Event{Facts: seen, Body: []byte("{}")}, s.now.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	s.pass(20 * time.Minute)
	theirs := stripetest.Event{ID: "evt_theirs", Type: "charge.succeeded", Created: s.now, Object: stripetest.Object{"id": "ch_1", "object": "charge"}}
	if err := s.stripe.PutEvents("acct_1", theirs.Body()); err != nil {
		t.Fatal(err)
	}
	s.pass(20 * time.Minute)
	for range 2 { // what is pending may have its turn after what is missing
		if _, err := s.function().Run(t.Context(), reconcile.Request{}); err != nil {
			t.Fatal(err)
		}
		s.pass(time.Minute)
	}
	got, err := s.store.Get(t.Context(), "evt_theirs")
	if err != nil || got.Account != "acct_1" {
		t.Fatalf("%+v %v, want the account that Stripe's list leaves out", got.Facts, err)
	}
	s.stripe.Fault = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Stripe-Account") == "" {
			return false
		}
		fakestripe.Fail(w, 403, "invalid_request_error", "account_invalid", "The provided key does not have access to account 'acct_1'.")
		return true
	}
	own := s.happen("charge.succeeded", s.now)
	s.pass(20 * time.Minute)
	if s.run(); !s.has(own) {
		t.Fatal("one account that left held up our own events")
	}
	calls := s.stripe.Calls()
	s.pass(31 * 24 * time.Hour)
	if s.run(); s.stripe.Calls()-calls != 1 {
		t.Fatalf("%d calls, want one: the account has been silent for 30 days", s.stripe.Calls()-calls)
	}
}

func TestOnlyTheModesOfTheEndpointsAreAsked(t *testing.T) {
	s := newShop(t)
	s.ends, s.key = "default=live", `{"live":"rk_live_1","test":"rk_test_1"}`
	s.run()
	test := s.happen("charge.succeeded", s.now)
	s.pass(20 * time.Minute)
	if r := s.run(); s.has(test) || r.Calls != 1 {
		t.Fatalf("%+v: a test event in a live stack: %t", r, s.has(test))
	}
}

func TestAListingThatIsRefusedOrLimitedFailsTheRunAndMovesNothing(t *testing.T) {
	for _, status := range []int{401, 403, 429, 500} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			s := newShop(t)
			s.run()
			id := s.happen("charge.succeeded", start.Add(time.Hour))
			s.pass(2 * time.Hour)
			s.stripe.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
				fakestripe.Fail(w, status, "api_error", "", "not now")
				return true
			}
			if _, err := s.sweep(); err == nil || strings.Contains(err.Error(), "rk_") {
				t.Fatalf("error %v", err)
			}
			s.stripe.Fault = nil
			s.pass(time.Minute)
			if s.run(); !s.has(id) {
				t.Fatal("the event is lost")
			}
		})
	}
}

func TestWhatStripeCouldNotDeliverDoesNotWaitForALongList(t *testing.T) {
	s := newShop(t)
	s.run()
	s.pass(2 * time.Hour)
	for i := range 1000 {
		s.happen("charge.succeeded", s.now.Add(-time.Hour).Add(time.Duration(i)*time.Second))
	}
	s.calls = 3 // of which a run reads two pages of the list
	s.run()
	id := s.happen("charge.succeeded", s.now.Add(-time.Minute), `"_delivery_success":false,`)
	s.pass(time.Minute)
	if s.run(); !s.has(id) {
		t.Error("it waits for the list of everything")
	}
	runs := 2
	for ; len(s.missing()) > 0 && runs < 20; runs++ {
		s.pass(time.Minute)
		s.run()
	}
	if runs == 20 {
		t.Error("the list of everything comes to no end")
	}
}
