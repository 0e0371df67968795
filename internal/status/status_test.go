package status

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

func TestNewStackListsEveryActionWithZeros(t *testing.T) {
	r := newRig(t, "b", "a")
	r.bus.Disabled = map[string]bool{"b": true}
	got, err := json.Marshal(r.read())
	r.must(err)
	same(t, `{"actions":[`+
		`{"action":"a","done":0,"waiting":0,"parked":0,"unknown":0,"discarded":0},`+
		`{"action":"b","done":0,"waiting":0,"parked":0,"unknown":0,"discarded":0,"disabled":true}],`+
		`"overdue":0,"pending":0,"unrecorded":0,"quarantined":0,"dead":0,"sweeps":[`+
		`{"sweep":"due","lag_seconds":0},{"sweep":"missing","lag_seconds":0},{"sweep":"pending","lag_seconds":0},{"sweep":"unrecorded","lag_seconds":0}]}`, string(got))
}

func TestDeliveriesAreCountedByActionAndState(t *testing.T) {
	r := newRig(t, "a")
	r.swept(noon.Add(-20*time.Minute), nil, map[string]int{"a": 100, "gone": 1})
	old, older := noon.Add(-time.Hour), noon.Add(-2*time.Hour)
	for i, d := range []struct {
		state event.State
		next  time.Time
	}{
		{event.Waiting, old},
		{event.Waiting, noon.Add(-29 * time.Minute)},
		{event.Waiting, noon.Add(time.Hour)},
		{event.Parked, older},
		{event.Parked, noon},
		{event.Unknown, noon},
		{event.Discarded, older.Add(-time.Hour)},
		{event.Done, older},
	} {
		r.delivery("a", fmt.Sprintf("evt_%d", i), d.state, d.next, "")
	}
	got := r.read()
	same(t, []Action{
		{Action: "a", Done: number(100 - 7), Waiting: 3, Parked: 2, Unknown: 1, Discarded: 1, Oldest: older},
		{Action: "gone", Done: number(1), Removed: true},
	}, got.Actions)
	same(t, 1, got.Overdue)
	same(t, []time.Time{old, older, noon}, []time.Time{got.OldestOverdue, got.OldestParked, got.OldestUnknown})
}

func TestReasonIsTheCommonestOfTheNewestHundred(t *testing.T) {
	r := newRig(t, "a", "b", "c")
	for i := range 300 {
		why := "old" // of the first 200, which are more
		if i >= 200 {
			why = []string{"seldom", "often", "often"}[i%3]
		}
		r.delivery("a", fmt.Sprintf("evt_%03d", i), event.Parked, noon.Add(time.Duration(i)*time.Second), why)
	}
	r.delivery("a", "evt_u", event.Unknown, noon, "unknown")
	r.delivery("a", "evt_w", event.Waiting, noon, "throttled")
	r.delivery("b", "evt_w", event.Waiting, noon, "throttled")
	r.delivery("c", "evt_d", event.Discarded, noon, "given up")
	got := map[string]string{}
	for _, a := range r.read().Actions {
		got[a.Action] = a.Reason
	}
	same(t, map[string]string{"a": "often", "b": "throttled", "c": ""}, got)
}

func TestDoneIsWhatIsSubscribedAndNotOtherwiseCounted(t *testing.T) {
	r := newRig(t, "a", "b")
	r.swept(noon.Add(-time.Hour), nil, map[string]int{"a": 10})
	r.event("evt_before", noon.Add(-2*time.Hour), "a") // is among the ten
	r.event("evt_done", noon.Add(-30*time.Minute), "a", "b")
	r.event("evt_unrecorded", noon.Add(-30*time.Minute), "a")
	r.event("evt_queued", noon.Add(-time.Minute), "a")
	r.delivery("a", "evt_done", event.Done, noon, "")
	r.delivery("b", "evt_done", event.Parked, noon, "")
	got := r.read()
	same(t, []*int{number(12), number(0)}, []*int{got.Actions[0].Done, got.Actions[1].Done})
	same(t, number(1), got.Unrecorded)
	same(t, noon.Add(-30*time.Minute), got.OldestUnrecorded)
}

func TestEventsThatSweepsLeftArePendingOrUnrecorded(t *testing.T) {
	r := newRig(t, "a")
	r.event("evt_pending", noon.Add(-3*time.Hour))
	r.event("evt_unrecorded", noon.Add(-3*time.Hour), "a")
	r.event("evt_mended", noon.Add(-3*time.Hour), "a")
	r.delivery("a", "evt_mended", event.Done, noon, "")
	r.event("evt_new", noon.Add(-time.Minute))
	r.swept(noon.Add(-10*time.Minute), []string{"evt_pending", "evt_unrecorded", "evt_mended", "evt_new", "evt_expired"}, nil)
	got := r.read()
	same(t, []*int{number(2), number(1)}, []*int{got.Pending, got.Unrecorded})
	same(t, noon.Add(-3*time.Hour), got.OldestPending)
}

func TestThinEventThatFetchHasIsNotPending(t *testing.T) {
	r := newRig(t, "a", event.Fetch)
	for _, id := range []string{"evt_new", "evt_parked"} {
		f := event.Facts{ID: id, Type: "charge.succeeded", SentAs: "v1.charge.succeeded", Received: noon.Add(-time.Minute)}
		_, err := r.store.Put(r.Context(), event.Event{Facts: f, Body: []byte("{}")}, noon.AddDate(1, 0, 0))
		r.must(err)
	}
	r.delivery(event.Fetch, "evt_parked", event.Parked, noon, "no key")
	got := r.read()
	same(t, number(1), got.Pending)
	same(t, 1, got.Actions[1].Parked)
}

func TestQuarantineAndDeadLettersAreCounted(t *testing.T) {
	r := newRig(t, "a", "b")
	for i := range 3 {
		r.must(r.Quarantine.Put(r.Context(), event.Quarantined{Endpoint: "default", ID: fmt.Sprint(i), Received: noon.Add(-time.Duration(i) * time.Hour)}))
	}
	for _, name := range []string{"a", "a", "dispatch"} {
		r.must(r.dead[name].DeadLetter.Send(r.Context(), "{}", 0))
	}
	r.Refused = func(context.Context) (int, error) { return 4, nil }
	got := r.read()
	same(t, []*int{number(3), number(3), number(4)}, []*int{got.Quarantined, got.Dead, got.Refused})
	same(t, noon.Add(-2*time.Hour), got.OldestQuarantined)
	same(t, map[string]int{"a": 2, "dispatch": 1}, got.DeadLetters)
}

func TestLagOfEachSweepIsRead(t *testing.T) {
	r := newRig(t)
	r.cursor("sweeps", map[string]time.Time{"due": noon, "missing": noon.Add(-time.Hour)})
	got := map[string]int{}
	for _, l := range r.read().Sweeps {
		got[l.Sweep] = l.Seconds
	}
	same(t, map[string]int{"due": 0, "missing": 58 * 60}, got)
}
