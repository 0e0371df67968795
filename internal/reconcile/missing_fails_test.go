package reconcile_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/memory"
)

func TestRefusedKeyDoesNotAffectOtherMode(t *testing.T) {
	for refused, works := range map[string]string{"rk_test_1": "rk_live_1", "rk_live_1": "rk_test_1"} {
		t.Run(refused, func(t *testing.T) {
			s := newShop(t)
			s.ends, s.key = "default=any", `{"live":"rk_live_1","test":"rk_test_1"}`
			s.run()
			s.livemode = works == "rk_live_1"
			s.stripe.Fault = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Header.Get("Authorization") != "Bearer "+refused {
					return false
				}
				fakestripe.Fail(w, http.StatusForbidden, "invalid_request_error", "", "not permitted")
				return true
			}
			for range 4 {
				s.pass(20 * time.Minute)
				id := s.happen("charge.succeeded", s.now.Add(-time.Minute))
				if _, err := s.sweep(); err == nil || !strings.Contains(err.Error(), refused[3:7]+"/own") {
					t.Fatalf("%v, want an error that names the mode", err)
				}
				if !s.has(id) {
					t.Fatal("the event of the mode that works was not fetched")
				}
			}
		})
	}
}

func TestTheStacksBeginningIsNotedEvenIfTheRulesCannotBeListed(t *testing.T) {
	s := newShop(t)
	s.bus.Fault = func(memory.Op) memory.Fault { return memory.Refuse(memory.ErrUnavailable) }
	if _, err := s.sweep(); !errors.Is(err, memory.ErrUnavailable) {
		t.Fatal(err)
	}
	s.bus.Fault = nil
	id := s.happen("charge.succeeded", s.now.Add(time.Hour))
	s.pass(2 * time.Hour)
	if s.run(); !s.has(id) {
		t.Fatal("what happened before the first run that succeeded was not fetched")
	}
}

func TestAClockThatWasAheadLeavesNoGap(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"two hours": 2 * time.Hour, "half an hour": 30 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.run()
			s.now = start.Add(ahead)
			s.run()
			before := s.happen("charge.succeeded", start.Add(30*time.Second))
			s.now = start.Add(time.Minute)
			s.run()
			after := s.happen("charge.succeeded", start.Add(90*time.Second))
			s.now = start.Add(12 * time.Minute)
			s.run()
			if !s.has(before) || !s.has(after) {
				t.Fatalf("fetched what was created before the clock was set right %t, and after %t", s.has(before), s.has(after))
			}
		})
	}
}
