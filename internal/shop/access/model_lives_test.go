package access

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// Lives much longer than what a row keeps, some of whose events are lost, and others
// reported twice: the row says what all the facts say.
func TestWhatIsFoldedMakesNoDifference(t *testing.T) {
	lives, tied, longest := 0, 0, 0
	rapid.Check(t, func(r *rapid.T) {
		loses := rapid.Bool().Draw(r, "loses")
		l := longLife(r, loses)
		views := l.Views()
		if thereAndBack(views) {
			return // whether such a second ended well is kept only while it is recent
		}
		all, seconds := ends(views)
		c := merged(mixed(r, views))
		lives, longest = lives+1, max(longest, seconds)
		for _, row := range c.Rows(l.Now, week) {
			if !slices.ContainsFunc(all, func(m model) bool { return m.agrees(row) }) {
				r.Fatalf("%d seconds: %+v, want one of %+v in\n%s", seconds, row, all, listing(views))
			}
			tie := strings.Contains(row.Why, "event id")
			if tie && len(all) == 1 {
				r.Fatalf("%d seconds: %+v, want it without a tie in\n%s", seconds, row, listing(views))
			}
			if tie {
				tied++
			}
		}
	})
	t.Log(lives, "lives of up to", longest, "seconds;", tied, "rows with a tie")
}

// longLife has up to 60 events. In some lives one in ten is lost, in others lists are
// not all.
func longLife(r *rapid.T, loses bool) *stripetest.Life {
	l := stripetest.New(rapid.SampledFrom(stripetest.Versions).Draw(r, "version"))
	l.Lean = true
	u := l.Subscribe("sub_1", "active", "prod_a")
	partial := 0 // seconds in succession, fewer than are kept
	for range rapid.IntRange(1, 25).Draw(r, "seconds") {
		u.Wait(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, day, month}).Draw(r, "wait"))
		if partial = (partial + 1) % 4 * rapid.SampledFrom([]int{0, 0, 1}).Draw(r, "partial"); !loses && u.Partial != (partial > 0) {
			u.Update(func(u *stripetest.Subscription) {
				u.Invoice, u.Partial = fmt.Sprint("in_", 100+len(l.Events)), partial > 0
			})
		}
		for range rapid.SampledFrom([]int{0, 1, 1, 1, 2, 2, 3}).Draw(r, "changes") {
			happen(r, l, u)
		}
	}
	lost := rapid.SliceOfN(rapid.IntRange(0, 9), len(l.Events), len(l.Events)).Draw(r, "lost")
	kept := l.Events[:0]
	for i, e := range l.Events {
		if !loses || lost[i] > 0 || len(kept) == 0 && i == len(l.Events)-1 {
			kept = append(kept, e)
		}
	}
	l.Events = kept
	return l
}

func happen(r *rapid.T, l *stripetest.Life, u *stripetest.Subscription) {
	u.UpdateAs(fmt.Sprint("evt_", rapid.IntRange(100, 999).Draw(r, "id"), len(l.Events)), func(u *stripetest.Subscription) {
		if rapid.IntRange(0, 3).Draw(r, "invoice") == 0 {
			u.Invoice = fmt.Sprint("in_", 100+len(l.Events))
			return
		}
		vary(r, u)
	})
	switch rapid.IntRange(0, 9).Draw(r, "besides") {
	case 0:
		u.Send("trial_will_end")
	case 1:
		twin := l.Events[len(l.Events)-1]
		twin.ID += "_twin"
		l.Add(twin)
	}
}

// listing has a line per event.
func listing(events []facts.Event) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprint(&b, e.Created.Format(time.RFC3339), " ", strings.TrimPrefix(e.Type, "customer.subscription."), " ", e.Subscription.ItemsComplete, " ", fields(e.Subscription))
		if e.SubscriptionBefore != nil {
			fmt.Fprint(&b, " was ", fields(e.SubscriptionBefore))
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

// thereAndBack reports whether a good status was come to and left in one second.
func thereAndBack(events []facts.Event) bool {
	turned, left := map[time.Time]bool{}, map[time.Time]bool{}
	for _, e := range events {
		if e.SubscriptionBefore == nil {
			continue
		}
		is, was := good[e.Subscription.Status], good[e.SubscriptionBefore.Status]
		turned[e.Created] = turned[e.Created] || is && !was
		left[e.Created] = left[e.Created] || was && !is
	}
	for at := range turned {
		if turned[at] && left[at] {
			return true
		}
	}
	return false
}
