package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/payhooks/payhooks/infra/local/stripe"
	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/inventory"
)

// month is a shop's month, told in one API version.
type month struct {
	version string
	stories []story.Story // the last is the month's close
}

// tellMonths tells the same customers' month once in every API version. It has
// just ended.
func tellMonths(seed uint64, customers int, now time.Time) []month {
	versions := story.Versions()
	months := make([]month, len(versions))
	n := max(1, customers/len(versions))
	for i, v := range versions {
		months[i] = month{v, story.Month(seed, n, v, now.Add(-time.Duration(n)*20*time.Second-time.Minute))}
	}
	return months
}

func storiesOf(months []month) (all []story.Story) {
	for _, m := range months {
		all = append(all, m.stories...)
	}
	return all
}

func customersOf(months []month) (n int) {
	for _, m := range months {
		n += len(m.stories) - 1
	}
	return n
}

// supplies are what there is of a month's goods before anything is sold: not
// enough of one.
func (m month) supplies() map[string]int64 {
	var tees int64
	for _, s := range m.stories {
		if s.Committed {
			tees += s.Sells[story.Tee(m.version)]
		}
	}
	return map[string]int64{story.Tee(m.version): tees * 2 / 3, story.Cap(m.version): 1000}
}

// storyScope is that of every story: test mode of the stack's own account.
var storyScope = event.Scope{}

// prepare gives the stack what the months need beside their events: objects at
// the stand-in of Stripe's API, as they are in the end, and goods.
func prepare(ctx context.Context, c *connection, months []month) error {
	if err := teach(ctx, c.Local.StandIn, storiesOf(months)); err != nil {
		return err
	}
	for _, m := range months {
		for item, n := range m.supplies() {
			if err := inventory.SetSupply(ctx, c.Tables, storyScope, item, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// teach tells the stand-in of Stripe's API the stories' objects.
func teach(ctx context.Context, standIn string, stories []story.Story) error {
	var objects []story.Object
	var events []json.RawMessage
	for _, s := range stories {
		objects = append(objects, s.Objects...)
		for _, e := range s.Events {
			events = append(events, e.Body)
		}
	}
	if err := stripe.Put(ctx, standIn, "", objects...); err != nil {
		return err
	}
	return stripe.PutEvents(ctx, standIn, events...)
}
