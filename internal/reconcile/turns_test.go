package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// timed is a sweep whose parts have so many pages, of a second each.
type timed struct {
	name  string
	pages []int // of each part
	first int   // how many of the parts have every second turn
	wrong error // of the first page

	t     *turns
	done  int
	again int // failures that parts were told of
}

// turns are sweeps and the time that they take.
type turns struct {
	now   time.Time
	order []string
}

func (s *timed) Name() string { return s.name }

func (s *timed) Begin(context.Context, *reconcile.Run) (*reconcile.Work, error) {
	w := &reconcile.Work{Counts: func() reconcile.Counts { return reconcile.Counts{s.name: s.done} }}
	for i := range s.pages {
		if i < s.first {
			w.First = append(w.First, &timedPart{s, i})
		} else {
			w.Parts = append(w.Parts, &timedPart{s, i})
		}
	}
	return w, nil
}

type timedPart struct {
	s *timed
	n int
}

func (p *timedPart) Page(context.Context) (bool, error) {
	p.s.t.now = p.s.t.now.Add(time.Second)
	p.s.t.order = append(p.s.t.order, fmt.Sprint(p.s.name, p.n))
	p.s.done++
	p.s.pages[p.n]--
	if err := p.s.wrong; err != nil && p.n == 0 {
		return true, err
	}
	return p.s.pages[p.n] > 0, nil
}

func (p *timedPart) Fail(_ context.Context, err error) error {
	p.s.again++
	return err
}

// run gives sweeps the 50 seconds of a run.
func (r *turns) run(t *testing.T, all ...*timed) error {
	t.Helper()
	r.now = start
	s := reconcile.Sweeps{Ledger: memory.New(), Now: func() time.Time { return r.now }, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	for _, one := range all {
		one.t = r
		s.Added = append(s.Added, one)
	}
	_, err := s.Run(t.Context(), reconcile.Request{})
	return err
}

func TestEverySweepHasItsShareAndWhatOneDoesNotNeedGoesToTheOthers(t *testing.T) {
	for name, c := range map[string]struct{ want, pages []int }{
		"all have too much":      {[]int{10, 10, 10, 10, 10}, []int{99, 99, 99, 99, 99}},
		"the first needs less":   {[]int{2, 12, 12, 12, 12}, []int{2, 99, 99, 99, 99}},
		"one alone has too much": {[]int{47, 1, 1, 0, 1}, []int{99, 1, 1, 0, 1}},
		"all get done":           {[]int{5, 4, 3, 2, 1}, []int{5, 4, 3, 2, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			var r turns
			var all []*timed
			for i, pages := range c.pages {
				all = append(all, &timed{name: string(rune('a' + i)), pages: []int{pages, 0}[:1]})
			}
			if c.pages[3] == 0 {
				all[3].pages = nil
			}
			if err := r.run(t, all...); err != nil {
				t.Fatal(err)
			}
			for i, s := range all {
				if s.done < c.want[i]-1 || s.done > c.want[i]+1 {
					t.Errorf("%s did %d pages, want %d", s.name, s.done, c.want[i])
				}
			}
		})
	}
}

func TestPartsTakeTurnsAndTheOwnAccountHasEverySecondOne(t *testing.T) {
	var r turns
	if err := r.run(t, &timed{name: "p", pages: []int{9, 2, 2, 2}, first: 1}); err != nil {
		t.Fatal(err)
	}
	want := "p0 p1 p0 p2 p0 p3 p0 p1 p0 p2 p0 p3 p0 p0 p0"
	if got := strings.Join(r.order, " "); got != want {
		t.Errorf("turns %s\nwant  %s", got, want)
	}
}

func TestFailureBelongsToItsPart(t *testing.T) {
	var r turns
	down := errors.New("down")
	s, other := &timed{name: "p", pages: []int{3, 2, 2}, wrong: down}, &timed{name: "q", pages: []int{1}}
	if err := r.run(t, s, other); !errors.Is(err, down) || s.again != 1 {
		t.Fatalf("%v, told %d times", err, s.again)
	}
	if got := strings.Join(r.order, " "); got != "p0 p1 p2 p1 p2 q0" {
		t.Errorf("turns %s", got)
	}
}

func TestLostCursorAndEnoughAreNoFailures(t *testing.T) {
	for err, order := range map[error]string{event.ErrConflict: "p0 p1 p2 p1 p2 q0", reconcile.ErrEnough: "p0 q0"} {
		var r turns
		s := &timed{name: "p", pages: []int{3, 2, 2}, wrong: fmt.Errorf("save: %w", err)}
		if failed := r.run(t, s, &timed{name: "q", pages: []int{1}}); failed != nil || s.again != 0 {
			t.Errorf("%v: %v, told %d times", err, failed, s.again)
		}
		if got := strings.Join(r.order, " "); got != order {
			t.Errorf("%v: turns %s", err, got)
		}
	}
}

func TestManyErrorsAreCounted(t *testing.T) {
	r := newRig(t)
	for i := range 60 {
		r.put(fmt.Sprintf("evt_%d", i))
	}
	r.now = r.now.Add(time.Hour)
	r.bus.Fault = func(memory.Op) memory.Fault { return memory.Refuse(memory.ErrUnavailable) }
	_, err := r.try()
	if n := len(strings.Split(fmt.Sprint(err), "\n")); n > 40 || !strings.Contains(err.Error(), "more") {
		t.Errorf("%d lines: %v", n, err)
	}
}

func TestBackoffDoublesUpToItsMost(t *testing.T) {
	var b reconcile.Backoff
	var pauses []time.Duration
	for range 5 {
		b.Fail(start, 5*time.Minute)
		pauses = append(pauses, b.Again.Sub(start).Round(time.Minute))
	}
	if want := []time.Duration{1, 2, 4, 5, 5}; !slices.EqualFunc(pauses, want, func(a, b time.Duration) bool { return a == b*time.Minute }) {
		t.Errorf("pauses %v", pauses)
	}
	if b.Rests(start.Add(5*time.Minute)) || !b.Rests(start.Add(4*time.Minute)) || b.Rests(start.Add(-2*time.Hour)) {
		t.Errorf("%+v", b)
	}
}
