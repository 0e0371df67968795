package order

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// noted is an event of ch_1 at the second, with its order number before it, "-" if
// it does not say, and after it.
func noted(id, kind string, second int64, was, is string) facts.Event {
	e := facts.Event{
		Facts:  event.Facts{ID: id, Type: kind, Created: time.Unix(second, 0)},
		Charge: &facts.Charge{ID: "ch_1", PaymentIntent: "pi_1", Metadata: map[string]string{"order_id": is}},
	}
	if was != "-" {
		text, _ := json.Marshal(map[string]any{"order_id": was})
		e.Previous = facts.Previous{"metadata": text}
	}
	return e
}

func TestTheLastNumberOfOneSecondStands(t *testing.T) {
	made := noted("evt_5", "charge.succeeded", 1, "-", "cart")
	for name, c := range map[string]struct {
		events []facts.Event
		want   string
	}{
		"replaced at once": {[]facts.Event{made, noted("evt_1", "charge.updated", 1, "cart", "A-1")}, "A-1"},
		"replaced twice":   {[]facts.Event{made, noted("evt_9", "charge.updated", 1, "cart", "B"), noted("evt_2", "charge.updated", 1, "B", "A")}, "A"},
		"there and back":   {[]facts.Event{made, noted("evt_9", "charge.updated", 2, "cart", "B"), noted("evt_2", "charge.updated", 2, "B", "cart")}, "cart"},
		"taken away":       {[]facts.Event{made, noted("evt_2", "charge.updated", 1, "cart", "")}, ""},
		"taken and set":    {[]facts.Event{made, noted("evt_9", "charge.updated", 1, "cart", ""), noted("evt_2", "charge.updated", 1, "", "B")}, "B"},
		"set, then taken, of none before": {[]facts.Event{
			noted("evt_0", "charge.succeeded", 1, "-", ""), noted("evt_9", "charge.updated", 2, "", "B"), noted("evt_2", "charge.updated", 2, "B", ""),
		}, ""},
		"taken, then set again": {[]facts.Event{made, noted("evt_2", "charge.updated", 2, "cart", ""), noted("evt_1", "charge.updated", 2, "", "cart")}, "cart"},
		"one change twice":      {[]facts.Event{made, noted("evt_8", "charge.updated", 2, "cart", "B"), noted("evt_9", "charge.updated", 2, "cart", "B"), noted("evt_1", "charge.updated", 2, "B", "cart")}, "cart"},
		"another next to it":    {[]facts.Event{made, noted("evt_2", "charge.updated", 1, "cart", "A"), noted("evt_1", "charge.refunded", 1, "A", "A")}, "A"},
	} {
		t.Run(name, func(t *testing.T) { inAnyOrder(t, c.events, c.want) })
	}
}

func inAnyOrder(t *testing.T, events []facts.Event, want string) {
	t.Helper()
	rapid.Check(t, func(r *rapid.T) {
		var o Order
		for _, e := range rapid.Permutation(append(events, events...)).Draw(r, "order") {
			o = Merge(o, "pi_1", e)
		}
		if o.Facts.OrderID.is() != want {
			r.Fatalf("reference is %q of %+v, want %q", o.Facts.OrderID.is(), o.Facts.OrderID, want)
		}
	})
}

func TestAnyLifeOfANumberEndsInItsLastOne(t *testing.T) {
	lives := 0
	rapid.Check(t, func(r *rapid.T) {
		lives++
		is := "n"
		events := []facts.Event{noted("evt_m", "charge.succeeded", 0, "-", is)}
		for second := range rapid.Int64Range(1, 3).Draw(r, "seconds") {
			for range rapid.IntRange(1, 6).Draw(r, "events") {
				was, all := is, []string{"a", "b", "c", "d", ""}
				next := rapid.IntRange(1, len(all)-1).Draw(r, "number")
				is = all[(max(0, slices.Index(all, was))+next)%len(all)]
				id := fmt.Sprint("evt_", rapid.IntRange(100, 999).Draw(r, "id"), len(events))
				events = append(events, noted(id, "charge.updated", second+1, was, is))
			}
		}
		if sameTwice(events) {
			lives--
			return // two that are equal count as one: see TestTheLastNumberOfOneSecondStands
		}
		var o Order
		for _, e := range rapid.Permutation(append(events, events...)).Draw(r, "order") {
			o = Merge(o, "pi_1", e)
		}
		if got := o.Facts.OrderID.is(); got != is {
			r.Fatalf("reference is %q, want %q", got, is)
		}
	})
	t.Log(lives, "lives")
}

func sameTwice(events []facts.Event) bool {
	seen := map[string]bool{}
	for _, e := range events {
		what := fmt.Sprint(e.Created, e.Charge.Metadata, string(e.Previous["metadata"]))
		if seen[what] {
			return true
		}
		seen[what] = true
	}
	return false
}

func TestARowWithOneTextIsStillRead(t *testing.T) {
	var f Facts
	if err := json.Unmarshal([]byte(`{"order_id":{"rank":4,"at":5,"is":"A-1"}}`), &f); err != nil || f.reference() != "A-1" {
		t.Errorf("reference is %q, %v, want A-1", f.reference(), err)
	}
	data, _ := json.Marshal(f)
	var again Facts
	if err := json.Unmarshal(data, &again); err != nil || again.reference() != "A-1" || strings.Contains(string(data), `"rank":4`) {
		t.Errorf("written as %s, read as %q, %v", data, again.reference(), err)
	}
}

func anyNotes(r *rapid.T) notes {
	var all notes
	for range rapid.IntRange(0, 6).Draw(r, "notes") {
		at := rapid.Int64Range(0, 6).Draw(r, "at")
		n := note{At: at, Object: rapid.SampledFrom([]string{"1", "2"}).Draw(r, "object"), Event: rapid.SampledFrom([]string{"e", "f"}).Draw(r, "event"), Is: rapid.SampledFrom([]string{"a", "b"}).Draw(r, "is")}
		all = all.union(notes{rapid.SampledFrom([]string{"1", "4"}).Draw(r, "rank"): {n}})
	}
	return all
}
