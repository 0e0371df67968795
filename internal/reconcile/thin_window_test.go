package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/memory"
)

// thinScript is Stripe's list of thin events by script: what it answers to one call
// after the other, and which part and page it was asked for.
type thinScript struct {
	answers []string // next page, "last", or an error
	asked   []string // part in minutes after start, and page
	types   [][]string
}

func (l *thinScript) ThinEvents(_ context.Context, q event.ThinListing) ([][]byte, string, error) {
	l.asked = append(l.asked, fmt.Sprintf("%s-%s %s", minutes(q.From), minutes(q.To), q.Page))
	l.types = append(l.types, q.Types)
	answer := "last"
	if len(l.answers) > 0 {
		answer, l.answers = l.answers[0], l.answers[1:]
	}
	switch answer {
	case "last":
		return nil, "", nil
	case "expired":
		return nil, "", event.ErrNotFound
	case "down":
		return nil, "", errors.New("down")
	}
	return nil, answer, nil
}

func minutes(at time.Time) string { return fmt.Sprint(at.Sub(start).Minutes()) }

func TestAWindowOfThinEventsIsListedInParts(t *testing.T) {
	for name, c := range map[string]struct {
		answers string
		asked   string // the window is from -10 to 100 minutes
	}{
		"one page":                   {"last", "-10-100 ,"},
		"pages are followed":         {"p1 p2 last", "-10-100 ,-10-100 p1,-10-100 p2,"},
		"expired at once":            {"p1 expired last last", "-10-100 ,-10-100 p1,-10-45 ,45-100 ,"},
		"expired later":              {"p1 p2 expired p3 last last", "-10-100 ,-10-100 p1,-10-100 p2,-10-45 ,-10-45 p3,45-100 ,"},
		"expired twice":              {"p1 expired p2 expired last", "-10-100 ,-10-100 p1,-10-45 ,-10-45 p2,-10-17.5 ,17.5-72.5 ,72.5-100 ,"},
		"the later half expires":     {"p1 expired last p2 expired last last", "-10-100 ,-10-100 p1,-10-45 ,45-100 ,45-100 p2,45-72.5 ,72.5-100 ,"},
		"a first page is not halved": {"expired", "-10-100 ,"},
		"down within a part":         {"p1 expired p2 down last last", "-10-100 ,-10-100 p1,-10-45 ,-10-45 p2,-10-45 p2,45-100 ,"},
	} {
		for _, calls := range []int{0, 1} { // all in one run, and each in a run
			t.Run(fmt.Sprint(name, calls), func(t *testing.T) {
				s := newShop(t)
				s.bus.Selects = map[string][]string{"collect": {pastDue}}
				s.run()
				script := &thinScript{answers: strings.Fields(c.answers)}
				s.thin, s.calls = &thinScript{}, calls
				s.now = start.Add(3 * time.Hour)
				s.run() // begins where the snapshots are
				s.now = start.Add(100 * time.Minute)
				s.thin = script
				s.setThin("test/own", start)
				for range 3 + 20*calls {
					if _, err := s.sweep(); err != nil {
						s.pass(time.Minute) // it is left alone until then
					}
				}
				if got := strings.Join(script.asked, ",") + ","; got != c.asked {
					t.Errorf("asked for\n%s\nwant\n%s", got, c.asked)
				}
			})
		}
	}
}

// setThin moves the cursor of thin events as if all before at were complete.
func (s *shop) setThin(scope string, at time.Time) {
	s.t.Helper()
	key := "missing-thin/" + scope
	row, err := s.store.Load(s.t.Context(), "cursors", key)
	if err == nil {
		data := fmt.Sprintf(`{"livemode":false,"at":%q,"next":"0001-01-01T00:00:00Z"}`, at.Format(time.RFC3339))
		err = s.store.Write(s.t.Context(), event.Write{Table: "cursors", Key: key, Version: row.Version, Data: []byte(data)})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestThinTypesAreListedByTheirNames(t *testing.T) {
	var many, twins []string
	for _, kind := range facts.ThinTypes()[:50] {
		if kind.Snapshot != "" {
			many, twins = append(many, kind.Snapshot), append(twins, kind.Name)
		}
	}
	for name, c := range map[string]struct {
		subscribed []string
		want       [][]string
	}{
		"a snapshot's twin":       {[]string{"charge.succeeded"}, [][]string{{"v1.charge.succeeded"}}},
		"thin names":              {[]string{pastDue, "v2.core.account[requirements].updated"}, [][]string{{pastDue, "v2.core.account[requirements].updated"}}},
		"a new thin name":         {[]string{"v2.new.thing"}, [][]string{{"v2.new.thing"}}},
		"no twin":                 {[]string{"source.mandate_notification"}, nil},
		"both names of one":       {[]string{"charge.succeeded", "v1.charge.succeeded"}, [][]string{{"v1.charge.succeeded"}}},
		"all":                     {nil, [][]string{nil}},
		"more than a listing has": {many, slices.Collect(slices.Chunk(twins, 20))},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.bus.Selects = map[string][]string{"a": c.subscribed}
			script := &thinScript{}
			s.thin = script
			s.run()
			if diff := cmp.Diff(c.want, script.types); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSnapshotsAreNotListedByThinNames(t *testing.T) {
	s := newThinShop(t)
	s.bus.Selects = map[string][]string{"a": {pastDue, "v2.core.account.updated"}}
	if r := s.run(); r.Calls != 1 {
		t.Fatalf("%+v, want a call of the other list only", r)
	}
}

func TestAWindowThatCannotBeContinuedIsBegunAnew(t *testing.T) {
	for name, change := range map[string]func(*shop){
		"other types":                      func(s *shop) { s.bus.Selects["b"] = []string{"charge.succeeded"} },
		"the clock was ahead":              func(s *shop) { s.pass(-30 * time.Minute) },
		"Stripe lists its time no more":    func(s *shop) { s.pass(40 * 24 * time.Hour) },
		"the clock was ahead of its cause": func(s *shop) { s.pass(-100 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.bus.Selects = map[string][]string{"collect": {pastDue}}
			s.run()
			script := &thinScript{answers: []string{"p1"}}
			s.thin, s.calls = script, 1
			s.pass(time.Hour)
			s.run()
			change(s)
			s.calls = 2 // one for the snapshots
			s.run()
			if last := script.asked[len(script.asked)-1]; len(script.asked) != 2 || !strings.HasSuffix(last, "-"+minutes(s.now)+" ") {
				t.Errorf("asked for %v, want the first page up to now", script.asked)
			}
		})
	}
}

func TestAPageOfThinEventsIsLeftOnlyWhenAllOfItIsStored(t *testing.T) {
	s := newThinShop(t)
	s.run()
	for i := range 10 {
		s.happenThin(pastDue, start.Add(time.Duration(i)*time.Minute))
	}
	s.pass(time.Hour)
	s.stripe.PageSize = 3
	s.thin = s.stripe
	for refused := range s.missing() {
		s.store.Fault = func(op memory.Op) memory.Fault {
			if op.Name == "Put" && op.Key == fmt.Sprintf("evt_%05d", refused+1) {
				return memory.Refuse(memory.ErrUnavailable)
			}
			return memory.Fault{}
		}
		_, _ = s.sweep()
		s.pass(time.Minute)
	}
	s.store.Fault = nil
	if s.run(); len(s.missing()) > 0 {
		t.Errorf("%v are missing", s.missing())
	}
}
