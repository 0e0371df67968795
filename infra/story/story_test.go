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
		for _, s := range story.Shop(1, 36, version, time.Unix(1763800000, 0)) {
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
		return story.Disorder(7, story.Shop(7, 18, story.Versions()[0], time.Unix(1763800000, 0)), 10)
	}
	if d := cmp.Diff(tell(), tell()); d != "" {
		t.Fatal(d)
	}
}

func TestEveryVersionTellsTheSameMonthUnderIDsOfItsOwn(t *testing.T) {
	told := map[string][]any{}
	ids := map[string]string{}
	for _, version := range story.Versions() {
		for _, s := range story.Month(7, 88, version, time.Unix(1763800000, 0)) {
			for _, e := range s.Events {
				if other, ok := ids[e.ID]; ok {
					t.Fatalf("%s is told in %s and %s", e.ID, other, version)
				}
				ids[e.ID] = version
			}
			s.Order.ID = ""
			var sold int64
			for _, n := range s.Sells {
				sold += n
			}
			told[version] = append(told[version], s.Title, s.Order, len(s.Access), len(s.Holds), sold, s.Reserved, s.Committed, s.Mails, s.Books)
		}
	}
	if diff := cmp.Diff(told[story.Versions()[0]], told[story.Versions()[1]]); diff != "" {
		t.Error(diff)
	}
}
