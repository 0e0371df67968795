package trigger

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

// thinTypes are the types that trigger --thin can make: the twins of the samples in an
// API version, and those without a twin that there is a thin sample of.
func thinTypes(snapshots []string) (types []string) {
	for _, kind := range snapshots {
		if twin, ok := facts.TwinType(kind); ok {
			types = append(types, twin)
		}
	}
	for _, kind := range events.ThinTypes() {
		if facts.SnapshotType(kind) == kind {
			types = append(types, kind)
		}
	}
	slices.Sort(types)
	return types
}

// thinName is the thin type for what was typed, which may be the snapshot's name.
func thinName(kind string) string {
	if twin, ok := facts.TwinType(kind); ok {
		return twin
	}
	return kind
}

// thinSource returns what makes the next thin event: of a fresh snapshot event, which
// fake Stripe gets, or of the thin sample where there is no snapshot.
func (q Request) thinSource(kind string) (func() (Event, error), error) {
	twin := facts.SnapshotType(kind)
	if twin == kind {
		return q.thinOnly(kind)
	}
	next, err := q.snapshotSource(twin)
	if err != nil {
		return nil, err
	}
	return func() (Event, error) {
		m, err := next()
		if err != nil {
			return m, err
		}
		m.Type = kind
		m.Body, err = fakestripe.Thin(m.Body, true)
		return m, err
	}, nil
}

// thinOnly is thinSource for a type without a snapshot twin.
func (q Request) thinOnly(kind string) (func() (Event, error), error) {
	delivered, err := events.ThinSample(kind)
	if err != nil {
		return nil, err
	}
	fetched, err := events.FetchedSample(kind)
	if err != nil {
		fetched = delivered // they differ in nothing
	}
	for _, body := range []*[]byte{&delivered, &fetched} {
		if *body, err = inContext(*body, q.Account); err != nil {
			return nil, err
		}
	}
	var e struct {
		ID, Created string
		Related     struct{ ID, Type string } `json:"related_object"`
	}
	if err := json.Unmarshal(delivered, &e); err != nil {
		return nil, err
	}
	return func() (Event, error) {
		id := "evt_test_65" + Random(48)
		pairs := []string{e.ID, id, e.Created, time.Now().UTC().Format("2006-01-02T15:04:05.000Z")}
		m := Event{ID: id, Type: kind}
		if old := e.Related.ID; old != "" {
			about := old[:strings.LastIndex(old, "_")+1] + Random(16)
			pairs = append(pairs, old, about)
			m.objects = []map[string]any{objectLike(e.Related.Type, about)}
		}
		fresh := strings.NewReplacer(pairs...)
		m.Body, m.event = []byte(fresh.Replace(string(delivered))), []byte(fresh.Replace(string(fetched)))
		return m, nil
	}, nil
}

// objectLike is the sample of an object under another id; without a sample it has its id
// only.
func objectLike(kind, id string) map[string]any {
	types, _ := events.Types(events.Latest) // the version is known
	for _, t := range types {
		body, err := events.Sample(t, events.Latest)
		var e struct {
			Data struct{ Object map[string]any }
		}
		if err != nil || !bytes.Contains(body, []byte(`"`+kind+`"`)) || json.Unmarshal(body, &e) != nil || e.Data.Object["object"] != kind {
			continue
		}
		e.Data.Object["id"], e.Data.Object["livemode"] = id, false // as the event
		return e.Data.Object
	}
	return map[string]any{"id": id, "object": kind, "livemode": false}
}
