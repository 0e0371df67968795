package events_test

import (
	"encoding/json"
	"testing"

	"github.com/payhooks/payhooks/events"
)

func TestEveryThinSampleIsTheTwinOfASnapshot(t *testing.T) {
	type thinEvent struct{ ID, Type, Object, SnapshotEvent string }
	read := func(body []byte, err error) (e thinEvent) {
		t.Helper()
		var raw struct {
			ID, Type, Object string
			SnapshotEvent    string `json:"snapshot_event"`
		}
		if err != nil || json.Unmarshal(body, &raw) != nil {
			t.Fatalf("%v: %s", err, body)
		}
		return thinEvent(raw)
	}
	kinds := events.ThinTypes()
	fetched := 0
	for _, kind := range kinds {
		e := read(events.ThinSample(kind))
		if e.Type != kind || e.Object != "v2.core.event" || e.ID == "" {
			t.Errorf("%s holds %+v", kind, e)
		}
		if e.SnapshotEvent != "" {
			var twin struct{ ID string }
			body, err := events.Sample(kind[len("v1."):], events.Latest)
			if err != nil || json.Unmarshal(body, &twin) != nil || twin.ID != e.SnapshotEvent {
				t.Errorf("%s names %s, and the snapshot's sample is %s: %v", kind, e.SnapshotEvent, twin.ID, err)
			}
		}
		if body, err := events.FetchedSample(kind); err == nil {
			fetched++
			f := read(body, nil)
			if e.SnapshotEvent == "" { // may be named only there
				e.SnapshotEvent = f.SnapshotEvent
			}
			if f != e {
				t.Errorf("%s is %+v when fetched and %+v when delivered", kind, f, e)
			}
		}
	}
	if len(kinds) != 31 || fetched != 10 {
		t.Errorf("%d thin samples, %d fetched", len(kinds), fetched)
	}
	if _, err := events.ThinSample("../events"); err == nil {
		t.Error("a path as type")
	}
}
