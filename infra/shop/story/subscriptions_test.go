package story_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/shop/story"
	"github.com/payhooks/payhooks/internal/shop/access"
)

func TestSubscribersEndWithTheAccessTheirStoriesPromiseInAnyOrder(t *testing.T) {
	begin := time.Unix(1763800000, 0).UTC()
	for _, version := range story.Versions() {
		stories := story.Subscribers(3, 34, version, begin)
		got := map[string]access.Customer{}
		for _, one := range story.Disorder(3, stories, 20) {
			e := read(t, one)
			_, id, err := access.Key(e)
			if err != nil {
				t.Fatalf("%s: %v", e.Type, err)
			}
			got[id] = access.Merge(got[id], id, e)
		}
		for _, s := range stories {
			if diff := gocmp.Diff(sorted(s.Access), shown(got[s.Customer].Rows(begin.Add(time.Hour), 7*24*time.Hour))); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", version, s.Title, diff)
			}
		}
	}
}

func shown(rows []access.Row) (all []story.Access) {
	for _, r := range rows {
		all = append(all, story.Access{Customer: r.Customer, Product: r.Product, Feature: r.Feature, Granted: r.Granted, Until: r.Until})
	}
	return sorted(all)
}

func sorted(rows []story.Access) []story.Access {
	return slices.SortedFunc(slices.Values(rows), func(a, b story.Access) int { return cmp.Compare(a.Product+a.Feature, b.Product+b.Feature) })
}
