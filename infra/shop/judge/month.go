// Package judge has the shop's month as a plan of the demo, and the judges that
// compare the results of the shop's actions with it.
package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
	"github.com/payhooks/payhooks/infra/shop/story"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/shop/inventory"
)

// month is a shop's month in one API version, or as thin events.
type month struct {
	version string        // one of story.Forms
	stories []story.Story // the last is the month's close
}

// months are the same customers' month in every form.
type months []month

// Plan is the month of so many customers, half of them in each API version, and the
// same month of half as many customers as thin events. It ended just now. One seed makes
// one plan.
func Plan(seed uint64, customers int, now time.Time) *demo.Plan {
	all := newMonths(seed, customers, now)
	p := &demo.Plan{
		Order: "about one in five a repeat, out of order", Customers: all.customers(), Versions: story.Forms(),
		Events:   all.events(),
		Requests: func(window int) []demo.Event { return all.posts(story.Disorder(demo.Seed, all.stories(), window)) },
		Prepare:  all.prepare,
		Judges: []demo.Judge{
			{Action: "update-order", Check: all.orders},
			{Action: "grant-access", Check: all.access},
			{Action: "adjust-inventory", Check: all.stock},
			{Action: "flag-fraud", Check: all.holds},
			{Action: "send-receipt", Check: all.mails},
			{Action: "send-notice", Check: all.notices},
			{Action: "post-journal", Check: all.books},
		},
	}
	p.Title = fmt.Sprintf("%d customers' month, a third of them in API version %s, a third in %s and a third as thin events", p.Customers, all[0].version, all[1].version)
	return p
}

func newMonths(seed uint64, customers int, now time.Time) months {
	forms := story.Forms()
	all := make(months, len(forms))
	n := max(1, customers/len(story.Versions()))
	for i, v := range forms {
		all[i] = month{v, story.Month(seed, n, v, now.Add(-time.Duration(n)*20*time.Second-time.Minute))}
	}
	return all
}

func (ms months) stories() (all []story.Story) {
	for _, m := range ms {
		all = append(all, m.stories...)
	}
	return all
}

func (ms months) customers() (n int) {
	for _, m := range ms {
		n += len(m.stories) - 1
	}
	return n
}

// events are those of all stories, each once.
func (ms months) events() []demo.Event {
	var all []story.Event
	for _, s := range ms.stories() {
		all = append(all, s.Events...)
	}
	return ms.posts(all)
}

// each calls look for every story, with its place in its month.
func (ms months) each(look func(m month, at int, s story.Story)) {
	for _, m := range ms {
		for at, s := range m.stories {
			look(m, at, s)
		}
	}
}

// supplies are the goods of a month before anything is sold: too few of one.
func (m month) supplies() map[string]int64 {
	var tees int64
	for _, s := range m.stories {
		if s.Committed {
			tees += s.Sells[story.Tee(m.version)]
		}
	}
	return map[string]int64{story.Tee(m.version): tees * 2 / 3, story.Cap(m.version): 1000}
}

// scope is that of every story: test mode of the stack's own account.
var scope = event.Scope{}

// prepare stores what the months need besides their events: objects at fake
// Stripe, as they are in the end, and goods.
func (ms months) prepare(ctx context.Context, t *cli.Target) error {
	if err := record(ctx, t.FakeStripe, ms.stories()); err != nil {
		return err
	}
	for _, m := range ms {
		for item, n := range m.supplies() {
			if err := inventory.SetSupply(ctx, t.Tables, scope, item, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// record stores the stories' objects and events at fake Stripe.
func record(ctx context.Context, fake string, stories []story.Story) error {
	var objects []story.Object
	var events []json.RawMessage
	for _, s := range stories {
		objects = append(objects, s.Objects...)
		for _, e := range s.Events {
			events = append(events, e.Body)
		}
	}
	if err := fakestripe.Put(ctx, fake, "", objects...); err != nil {
		return err
	}
	return fakestripe.PutEvents(ctx, fake, events...)
}
