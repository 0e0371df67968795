package story_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestEveryStoryIsReadableAndNamesItsOrder(t *testing.T) {
	for _, version := range story.Versions() {
		for _, s := range story.Shop(1, 28, version, time.Unix(1763800000, 0)) {
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

func TestOneSeedTellsOneStory(t *testing.T) {
	tell := func() []story.Event {
		return story.Disorder(7, story.Shop(7, 14, story.Versions()[0], time.Unix(1763800000, 0)), 10)
	}
	if d := cmp.Diff(tell(), tell()); d != "" {
		t.Fatal(d)
	}
}
