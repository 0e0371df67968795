package story_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/shop/story"
	"github.com/payhooks/payhooks/internal/shop/fraud"
)

func TestEverySuspectIsHeldAsItsStorySaysInEveryOrder(t *testing.T) {
	for _, version := range story.Versions() {
		for _, s := range story.Suspects(1, 18, version, time.Unix(1763800000, 0).UTC()) {
			for seed := range uint64(8) {
				got := holdsOf(t, story.Disorder(seed, []story.Story{s}, 20))
				if diff := cmp.Diff(s.Holds, got); diff != "" {
					t.Errorf("%s in %s, seed %d: holds (-want +got):\n%s", s.Title, version, seed, diff)
				}
			}
		}
	}
}

// holdsOf is what flag-fraud makes of the events.
func holdsOf(t *testing.T, sent []story.Event) []story.Hold {
	t.Helper()
	orders, sources := map[string]fraud.Order{}, map[string]fraud.Source{}
	for _, one := range sent {
		e := read(t, one)
		if _, id, err := fraud.Key(e); err == nil {
			orders[id] = fraud.Merge(orders[id], id, e)
		}
		for _, source := range fraud.Sources(e) {
			sources[source] = fraud.Add(sources[source], source, e)
		}
	}
	var holds []story.Hold
	for _, h := range fraud.Holds(fraud.Rule{Limit: 5, Window: time.Hour}, slices.Collect(maps.Values(orders)), slices.Collect(maps.Values(sources))) {
		holds = append(holds, story.Hold{Order: h.Order, Why: h.Why, Since: h.Since, Due: h.Due, Released: h.Released})
	}
	return holds
}
