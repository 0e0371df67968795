package fakestripe_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

type members map[string]any

func parsed(t *testing.T, body []byte) (m members) {
	t.Helper()
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// without drops what no two events share and what the samples vary, and writes
// absent as null.
func (m members) without(t *testing.T) members {
	t.Helper()
	c := members{"related_object": nil}
	for name, value := range m {
		if name != "id" && name != "created" && name != "context" && name != "reason" {
			c[name] = value
		}
	}
	if data, ok := c["data"].(map[string]any); ok {
		delete(data, "subscription")
	}
	at, err := time.Parse("2006-01-02T15:04:05.000Z", m["created"].(string))
	if err != nil {
		t.Error(err)
	}
	c["second"] = at.Unix()
	return c
}

func TestThinFormIsThatOfTheSamples(t *testing.T) {
	compared := 0
	for _, kind := range events.ThinTypes() {
		body, err := events.Sample(facts.SnapshotType(kind), events.Latest)
		if err != nil {
			continue // has no snapshot
		}
		want, err := events.ThinSample(kind)
		if err != nil {
			t.Fatal(err)
		}
		asDelivered := parsed(t, want).without(t)
		_, named := asDelivered["snapshot_event"]
		got, err := fakestripe.Thin(body, named)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(asDelivered, parsed(t, got).without(t)); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
		compared++
	}
	if compared < 20 {
		t.Errorf("compared %d samples", compared)
	}
}

func TestFetchedFormIsThatOfTheSamples(t *testing.T) {
	s, compared := start(t), 0
	s.api.Now = nil // the samples are older than 30 days
	for _, kind := range events.ThinTypes() {
		want, err := events.FetchedSample(kind)
		body, missing := events.Sample(facts.SnapshotType(kind), events.Latest)
		if err != nil || missing != nil {
			continue
		}
		if err := s.api.PutEvents("", body); err != nil {
			t.Fatal(err)
		}
		got, err := s.api.ThinEvent(t.Context(), false, "", fakestripe.ThinID(parsed(t, body)["id"].(string), false))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(parsed(t, want).without(t), parsed(t, got).without(t)); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
		compared++
	}
	if compared < 5 {
		t.Errorf("compared %d samples", compared)
	}
}

func TestEveryThinEventLeadsToItsObject(t *testing.T) {
	led := 0
	for _, kind := range facts.ThinTypes() {
		body, err := events.Sample(kind.Snapshot, events.Latest)
		if kind.Snapshot == "" || err != nil {
			continue
		}
		s := start(t)
		s.api.Now = nil
		if err := s.api.PutEvents("", body); err != nil {
			t.Fatal(err)
		}
		thin, err := fakestripe.Thin(body, true)
		if err != nil {
			t.Fatal(err)
		}
		related, _ := parsed(t, thin)["related_object"].(map[string]any)
		if (related == nil) != (kind.Related == "none") {
			t.Errorf("%s: related_object is %v", kind.Name, related)
		}
		if related == nil || related["type"] == "billing.alert" { // its snapshot contains the alert under another name
			continue
		}
		got, err := s.api.Object(t.Context(), false, "", related["url"].(string), "")
		if errors.Is(err, event.ErrNotFound) { // of the other mode than its event, in some samples
			got, err = s.api.Object(t.Context(), true, "", related["url"].(string), "")
		}
		if err != nil {
			t.Errorf("%s: %v", kind.Name, err)
			continue
		}
		if o := parsed(t, got); o["object"] != related["type"] || related["id"] != nil && o["id"] != related["id"] {
			t.Errorf("%s: %s is a %v", kind.Name, related["url"], o["object"])
		}
		led++
	}
	if led < 180 {
		t.Errorf("%d led to an object", led)
	}
}

func TestTypesWithoutTwinHaveNoThinForm(t *testing.T) {
	for _, body := range []string{
		`{"id":"evt_1","object":"event","type":"treasury.received_credit.created","created":1}`, `{"id":"evt_1","type":"x.y"}`, `{"type":"charge.succeeded"}`, `[]`, ``,
	} {
		if got, err := fakestripe.Thin([]byte(body), true); !errors.Is(err, event.ErrInvalid) {
			t.Errorf("%s: %s %v, want ErrInvalid", body, got, err)
		}
	}
}

func TestThinFormSaysWhoseEventItIs(t *testing.T) {
	for rest, want := range map[string]any{`"x":1`: nil, `"account":"acct_1"`: "acct_1", `"account":"acct_2","context":"acct_1/acct_2"`: "acct_1/acct_2", `"context":null`: nil} {
		got, err := fakestripe.Thin([]byte(`{"id":"evt_1","object":"event","type":"charge.succeeded","created":1790000000,"livemode":true,"request":"req_1",`+rest+`,"data":{"object":{"id":"ch_1","object":"charge"}}}`), false)
		if err != nil {
			t.Fatal(err)
		}
		m := parsed(t, got)
		if _, named := m["snapshot_event"]; m["context"] != want || named || m["livemode"] != true {
			t.Errorf("%s: %s", rest, got)
		}
		if diff := cmp.Diff(map[string]any{"type": "request", "request": map[string]any{"id": "req_1", "idempotency_key": nil}}, m["reason"]); diff != "" {
			t.Errorf("%s: %s", rest, diff)
		}
	}
}

func TestThinIDsDifferByOccurrenceAndShowTheMode(t *testing.T) {
	test, live := fakestripe.ThinID("evt_1", false), fakestripe.ThinID("evt_1", true)
	if test != fakestripe.ThinID("evt_1", false) || test == fakestripe.ThinID("evt_2", false) || test[:11] != "evt_test_65" || live[:6] != "evt_65" || len(test) > 64 || len(live) < 48 {
		t.Errorf("%s and %s", test, live)
	}
}
