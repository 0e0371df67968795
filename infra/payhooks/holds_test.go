package main

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/event"
)

func TestSuspiciousOrdersAreHeldAndToldOnceOnTheLocalStack(t *testing.T) {
	c := startStack(t, "../..")
	cmd := command(t)
	var suspects []story.Suspect
	for i, version := range story.Versions() {
		suspects = append(suspects, story.Suspects(uint64(i+1), 9, version, time.Now().Add(-30*time.Minute))...) //nolint:gosec // a small index
	}
	var stories []story.Story
	for _, s := range suspects {
		stories = append(stories, s.Story)
	}
	if err := teach(t.Context(), c.Local.StandIn, stories); err != nil {
		t.Fatal(err)
	}
	mixed := story.Disorder(1, stories, 20)
	if err := postAll(t.Context(), c.Local.API, mixed); err != nil {
		t.Fatal(err)
	}
	if err := c.settle(t.Context(), patience); err != nil {
		t.Fatal(err)
	}
	for _, e := range mixed {
		ds, err := c.Tables.Deliveries(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			if d.State != event.Done {
				t.Errorf("%s of %s is %s: %s", d.Action, e.Type, d.State, d.Error)
			}
		}
	}

	holds, err := heldOrders(cmd, c)
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[string]story.Hold{}, map[string]story.Hold{}
	for _, h := range holds {
		got[h.Order+" "+h.Why+" "+h.Reference] = story.Hold{Order: h.Order, Why: h.Why, Since: h.Since, Due: h.Due, Released: h.Released}
	}
	for _, s := range suspects {
		for _, h := range s.Holds {
			want[h.Order+" "+h.Why+" "+s.Order.Reference] = h
		}
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b time.Time) bool { return a.Unix() == b.Unix() })); diff != "" {
		t.Errorf("holds (-want +got):\n%s", diff)
	}
	checkNotices(t, c, suspects)
}

// checkNotices: one for every hold that stands, one for each card and customer
// tried too often, and none twice.
func checkNotices(t *testing.T, c *connection, suspects []story.Suspect) {
	t.Helper()
	notices, err := readKept[keptNotice](command(t), c, "notices")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, n := range notices {
		if slices.Contains(texts, n.Message) {
			t.Errorf("told twice: %s", n.Message)
		}
		texts = append(texts, n.Message)
	}
	stand, bursts := 0, 0
	for _, s := range suspects {
		for _, h := range s.Holds {
			switch {
			case h.Why == "failures":
				bursts += 2
			case h.Released.IsZero():
				stand++
			}
		}
	}
	if n := len(notices); n < stand+bursts || n > bursts+len(suspects) {
		t.Errorf("%d notices, want %d for holds that stand and %d for failures at the least: %q", n, stand, bursts, texts)
	}
}
