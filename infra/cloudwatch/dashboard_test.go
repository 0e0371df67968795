package cloudwatch_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/webhook"
)

// TestEveryLineOfTheDashboardShowsSomething: a stack in which everything happens that the
// dashboard shows writes each of its metrics.
func TestEveryLineOfTheDashboardShowsSomething(t *testing.T) {
	s := newStand(t)
	s.settle()
	junk := []byte("{}")
	s.minutes(30, s.traffic, func(second int) {
		if second == 7 {
			throttles(s)
			s.post(junk, webhook.Sign(junk, "whsec_other", s.now), 600)
		}
	})
	s.crash[churn] = true
	s.deliver()
	s.minutes(1)
	failing("Put")(s)
	s.deliver()
	works(s)
	if code := s.post(junk, "", 1); code != http.StatusBadRequest {
		t.Fatalf("an unsigned request was answered %d", code)
	}
	s.now = s.now.AddDate(0, 0, 40) // a gap
	s.minutes(2, s.traffic)
	if len(s.watch.Dashboards) != 1 {
		t.Fatalf("%d dashboards", len(s.watch.Dashboards))
	}
	widgets, err := s.watch.Widgets(s.watch.Dashboards[0])
	s.must(err)
	lines := 0
	for _, w := range widgets {
		for i, found := range w.Shown {
			lines++
			if len(found) == 0 {
				t.Errorf("line %d of %q finds nothing that a stack emits", i+1, w.Title)
			}
			for _, m := range found {
				if own := "payhooks/" + stack; m.Namespace != own && !strings.HasPrefix(m.Namespace, "AWS/") {
					t.Errorf("%q shows %v", w.Title, m)
				}
			}
		}
	}
	if len(widgets) < 15 || lines < 30 {
		t.Errorf("only %d lines in %d widgets were read", lines, len(widgets))
	}
}
