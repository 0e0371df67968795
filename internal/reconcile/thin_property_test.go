package reconcile_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// shortLived is a list of thin events whose pages expire before some calls.
type shortLived struct {
	*fakestripe.API
	expire func() bool
}

func (l shortLived) ThinEvents(ctx context.Context, q event.ThinListing) ([][]byte, string, error) {
	if q.Page != "" && l.expire() {
		l.ExpirePages()
	}
	return l.API.ThinEvents(ctx, q)
}

// life is one of a property test: what happened at Stripe, and what befalls the sweep.
type life struct {
	*shop
	r       *rapid.T
	crashes bool
	twins   []string // ids of snapshots
}

func newLife(t *testing.T, r *rapid.T) *life {
	l := &life{shop: newThinShop(t), r: r, crashes: rapid.Bool().Draw(r, "crashes")}
	l.stripe.PageSize = rapid.IntRange(1, 5).Draw(r, "page size")
	percent := rapid.SampledFrom([]int{0, 20, 60, 100}).Draw(r, "pages that expire, in percent")
	l.thin = shortLived{l.stripe, func() bool { return rapid.IntRange(0, 99).Draw(r, "expires") < percent }}
	l.run()
	twins := rapid.Bool().Draw(r, "snapshots, too")
	if !twins {
		l.bus.Selects = map[string][]string{"collect": {pastDue}}
	}
	l.calls = rapid.IntRange(1, 8).Draw(r, "calls in a run")
	if twins {
		l.calls += 40
	}
	for _, ms := range rapid.SliceOfNDistinct(rapid.IntRange(0, 7_000_000), 0, 40, rapid.ID).Draw(r, "created") {
		at := start.Add(time.Duration(ms) * time.Millisecond)
		if twins && ms%2 == 0 {
			l.twins = append(l.twins, l.happen("charge.succeeded", at))
		} else {
			l.happenThin(pastDue, at)
		}
	}
	l.pass(2 * time.Hour)
	return l
}

// once is a run of the function, which may crash.
func (l *life) once() (stored int) {
	if crash := rapid.IntRange(1, 60).Draw(l.r, "crash"); l.crashes {
		l.store.Fault = func(memory.Op) memory.Fault {
			switch crash--; {
			case crash > 0:
				return memory.Fault{}
			case crash == 0:
				return memory.LoseReply(memory.ErrUnavailable)
			}
			return memory.Refuse(memory.ErrUnavailable) // nothing is done after it
		}
	}
	m := l.function().Missing
	m.Lister = l.stripe
	f, err := missing(l.t.Context(), m, reconcile.Request{})
	l.store.Fault = nil
	if f.Calls > l.calls || err != nil && !l.crashes {
		l.r.Fatalf("%d calls, at most %d are allowed: %v", f.Calls, l.calls, err)
	}
	l.pass(time.Minute)
	return f.Stored
}

func TestEveryThinEventIsStoredOnceWhateverExpiresAndCrashes(t *testing.T) {
	lives, runs := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		l := newLife(t, r)
		stored, before := 0, runs
		for len(l.missing()) > 0 {
			if runs++; runs-before > 3000 {
				r.Fatalf("%d are missing after 3000 runs", len(l.missing()))
			}
			stored += l.once()
		}
		l.pass(time.Hour) // the next complete listing
		for range 30 {
			stored += l.once()
		}
		if !l.crashes && stored != l.posted {
			r.Fatalf("%d stored of %d", stored, l.posted)
		}
		for _, id := range l.twins {
			if l.has(fakestripe.ThinID(id, false)) {
				r.Fatalf("%s is stored as a thin event, too", id)
			}
		}
		lives++
	})
	t.Logf("%d lives, %d runs of the sweep", lives, runs)
}
