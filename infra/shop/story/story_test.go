package story_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/shop/story"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/webhook"
)

// read is what actions see of an event.
func read(t *testing.T, one story.Event) (e facts.Event) {
	t.Helper()
	f, reason := webhook.Parse(one.Body)
	if reason != "" {
		t.Fatalf("%s would be quarantined: %s", one.Type, reason)
	}
	if err := e.DecodeEvent(f, one.Body); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEveryStoryIsReadableAndNamesItsOrder(t *testing.T) {
	for _, version := range story.Versions() {
		for _, s := range story.Shop(1, 18, version, time.Unix(1763800000, 0)) { // the payments
			for _, e := range s.Events {
				f, reason := webhook.Parse(e.Body)
				if reason != "" {
					t.Fatalf("%s, %s: quarantined as %s", s.Title, e.Type, reason)
				}
				if f.ID != e.ID || f.Type != e.Type || f.APIVersion != version || f.Subject != s.Order.ID {
					t.Fatalf("%s, %s: %+v, want subject %s", s.Title, e.Type, f, s.Order.ID)
				}
			}
		}
	}
}

func TestOneSeedIsOneStory(t *testing.T) {
	shop := func() []story.Event {
		return story.Disorder(7, story.Shop(7, 18, story.Versions()[0], time.Unix(1763800000, 0)), 10)
	}
	if d := cmp.Diff(shop(), shop()); d != "" {
		t.Fatal(d)
	}
}

func TestVersionsHaveTheSameMonthUnderDifferentIDs(t *testing.T) {
	months := map[string][]any{}
	ids := map[string]string{}
	for _, version := range story.Versions() {
		for _, s := range story.Month(7, 88, version, time.Unix(1763800000, 0)) {
			for _, e := range s.Events {
				if other, ok := ids[e.ID]; ok {
					t.Fatalf("%s is in %s and %s", e.ID, other, version)
				}
				ids[e.ID] = version
			}
			s.Order.ID = ""
			var sold int64
			for _, n := range s.Sells {
				sold += n
			}
			months[version] = append(months[version], s.Title, s.Order, len(s.Access), len(s.Holds), sold, s.Reserved, s.Committed, s.Mails, s.Books)
		}
	}
	if diff := cmp.Diff(months[story.Versions()[0]], months[story.Versions()[1]]); diff != "" {
		t.Error(diff)
	}
}
