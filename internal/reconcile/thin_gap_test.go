package reconcile_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/reconcile"
)

func TestAGapOfBothListsIsReportedOnce(t *testing.T) {
	for name, refused := range map[string]string{ // for 40 days
		"nothing ran": "", "thin refused": "/v2/", "snapshots refused": "/v1/", "both refused": "/",
	} {
		t.Run(name, func(t *testing.T) {
			s := newThinShop(t)
			s.run()
			gaps := 0
			for day := range 40 {
				s.pass(24 * time.Hour)
				if refused == "" {
					continue
				}
				s.refuse(refused, http.StatusForbidden)
				r, _ := s.sweep()
				if gaps += r.Gaps; gaps > 0 {
					t.Fatalf("day %d: %d gaps", day, gaps)
				}
			}
			s.stripe.Fault = nil
			s.calls = 2 // one of each list: the windows stay open
			for range 60 {
				s.pass(10 * time.Minute)
				gaps += s.run().Gaps
			}
			if text := s.logged.String(); gaps != 1 || strings.Count(text, "missing beyond retention") != 1 {
				t.Fatalf("%d gaps: %s", gaps, text)
			}
		})
	}
}

func TestAnAccountThatWasSilentHasNoGap(t *testing.T) {
	s := newThinShop(t)
	s.ends = "default=test,connect=test+connect"
	note := func() reconcile.Fetched {
		m := s.function().Missing
		m.Note(event.Facts{Scope: event.Scope{Account: "acct_1"}, Received: s.now})
		r, err := missing(t.Context(), m, reconcile.Request{})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	note()
	for range 70 {
		s.pass(24 * time.Hour)
		s.run()
	}
	if r := note(); r.Gaps != 0 || r.Calls != 3 { // of our own, both are listed already
		t.Fatalf("%+v, want both lists of the account and no gap", r)
	}
}
