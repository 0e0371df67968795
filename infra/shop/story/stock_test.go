package story_test

import (
	"context"
	"encoding/json"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/shop/story"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/inventory"
)

func TestCheckoutsLeaveTheStockThatTheirStoriesSayInEveryOrder(t *testing.T) {
	for _, version := range story.Versions() {
		supplies := map[string]int64{story.Tee(version): 4, story.Cap(version): 100}
		checkouts := story.Shop(1, 36, version, time.Unix(1763800000, 0).UTC())
		for seed := range uint64(8) {
			got := stockOf(t, story.Disorder(seed, checkouts, 40), checkouts, supplies)
			if diff := cmp.Diff(story.StockOf(checkouts, supplies), got); diff != "" {
				t.Errorf("%s, seed %d: stock (-want +got):\n%s", version, seed, diff)
			}
		}
	}
}

// stockOf is what adjust-inventory makes of the events.
func stockOf(t *testing.T, sent []story.Event, checkouts []story.Story, supplies map[string]int64) map[string]story.Level {
	t.Helper()
	table := rows{}
	for _, one := range sent {
		e := read(t, one)
		kind, id, err := inventory.Key(e)
		switch {
		case err != nil: // not about stock
		case e.Session == nil:
			change(t, table, e.Key(kind, id), func(old inventory.Payment) any { return inventory.MergePayment(old, id, e) })
		default:
			listed := lines(e, checkouts)
			change(t, table, e.Key(kind, id), func(old inventory.Session) any { return inventory.MergeSession(old, e, listed) })
		}
	}
	for item, n := range supplies {
		change(t, table, event.Scope{}.Key("item", item), func(map[string]any) any { return map[string]any{"item": item, "supply": n} })
	}
	levels, err := inventory.Levels(t.Context(), table, inventory.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	stock := map[string]story.Level{}
	for _, l := range levels {
		stock[l.Item] = story.Level{OnHand: l.OnHand, Reserved: l.Reserved, BackOrdered: l.BackOrdered}
	}
	return stock
}

// lines are those that the story's Stripe serves for the session.
func lines(e facts.Event, checkouts []story.Story) *inventory.Listing {
	if !inventory.Sells(e) {
		return nil
	}
	var l inventory.Listing
	for _, c := range checkouts {
		for _, o := range c.Objects {
			if o["_session"] == e.Session.ID {
				price, _ := o["price"].(map[string]any)
				item, _ := price["id"].(string)
				n, _ := o["quantity"].(int64)
				l.Lines = append(l.Lines, inventory.Line{Item: item, Quantity: n})
			}
		}
	}
	return &l
}

// rows is a state table.
type rows map[string]json.RawMessage

// Scan implements inventory.Scanner.
func (r rows) Scan(context.Context, string) iter.Seq2[event.Row, error] {
	return func(yield func(event.Row, error) bool) {
		for key, data := range r {
			if !yield(event.Row{Key: key, Version: 1, Data: data}, nil) {
				return
			}
		}
	}
}

func change[T any](t *testing.T, r rows, key string, fn func(old T) any) {
	t.Helper()
	var old T
	if data, ok := r[key]; ok {
		if err := json.Unmarshal(data, &old); err != nil {
			t.Fatal(err)
		}
	}
	data, err := json.Marshal(fn(old))
	if err != nil {
		t.Fatal(err)
	}
	r[key] = data
}
