package story_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/shop/story"
	"github.com/payhooks/payhooks/internal/shop/order"
)

func TestEveryStoryConvergesInEveryOrder(t *testing.T) {
	for _, version := range story.Versions() {
		for _, s := range story.Month(3, 56, version, time.Unix(1763800000, 0).UTC()) {
			for seed := range uint64(20) {
				got := orderOf(t, story.Disorder(seed, []story.Story{s}, 20))
				if diff := cmp.Diff(s.Order, got); diff != "" {
					t.Fatalf("%s in %s, seed %d (-want +got):\n%s", s.Title, version, seed, diff)
				}
			}
		}
	}
}

// orderOf is what update-order makes of one story's events.
func orderOf(t *testing.T, sent []story.Event) story.Order {
	t.Helper()
	rows := map[string]order.Order{}
	for _, one := range sent {
		e := read(t, one)
		if _, id, err := order.Row(e); err == nil {
			rows[id] = order.Merge(rows[id], id, e)
		}
	}
	all := order.Fold(slices.Collect(maps.Values(rows)))
	if len(all) > 1 {
		t.Fatalf("one story makes %d orders", len(all))
	}
	for _, o := range all {
		return story.Order{ID: o.Order, Reference: o.Reference, Status: o.Status, Currency: o.Currency, Amount: o.Amount, Paid: o.Paid, Refunded: o.Refunded, Disputed: o.Disputed, Lost: o.Lost}
	}
	return story.Order{}
}
