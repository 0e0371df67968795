package fakestripe

import (
	"bytes"
	"cmp"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// thinKind is the object of thin events.
const thinKind = "v2.core.event"

// isoTime is how Stripe writes times below /v2/.
const isoTime = "2006-01-02T15:04:05.000Z"

// ThinID is the id of the thin event of the same occurrence as a snapshot event.
func ThinID(snapshotID string, livemode bool) string { return longID("evt", "5", snapshotID, livemode) }

// longID is an id as objects below /v2/ have it, always the same one for a seed.
func longID(prefix, digit, seed string, livemode bool) string {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := sha512.Sum384([]byte(seed))
	for i, b := range sum {
		sum[i] = letters[int(b)%len(letters)]
	}
	mode := "_test_6"
	if livemode {
		mode = "_6"
	}
	return prefix + mode + digit + string(sum[:])
}

// thinEvent has the members in Stripe's order. The last two are of the event as it
// is fetched.
type thinEvent struct {
	ID       string       `json:"id"`
	Object   string       `json:"object"`
	Type     string       `json:"type"`
	Livemode bool         `json:"livemode"`
	Created  string       `json:"created"`
	Context  *string      `json:"context"`
	Related  *related     `json:"related_object"`
	Reason   *reason      `json:"reason"`
	Snapshot string       `json:"snapshot_event,omitempty"`
	Changes  *changes     `json:"changes,omitempty"`
	Data     *upcomingFor `json:"data,omitempty"`
}

type related struct {
	ID   string `json:"id,omitempty"` // a singleton has none
	Type string `json:"type"`
	URL  string `json:"url"`
}

type reason struct {
	Type    string  `json:"type"`
	Request request `json:"request"`
}

type request struct {
	ID  string  `json:"id"`
	Key *string `json:"idempotency_key"`
}

type changes struct {
	Before map[string]json.RawMessage `json:"before"`
	After  map[string]json.RawMessage `json:"after"`
}

// upcomingFor is the data of invoice.upcoming, the one type with a snapshot whose
// thin event has data.
type upcomingFor struct {
	Customer     string `json:"customer"`
	Subscription string `json:"subscription,omitempty"`
}

// snapshot is what a thin event is made of.
type snapshot struct {
	ID       string          `json:"id"`
	Type     string          `json:"type"`
	Created  int64           `json:"created"`
	Livemode bool            `json:"livemode"`
	Account  string          `json:"account"`
	Context  string          `json:"context"`
	Request  json.RawMessage `json:"request"` // the id alone in old API versions
	Data     struct {
		Object   map[string]json.RawMessage `json:"object"`
		Previous map[string]json.RawMessage `json:"previous_attributes"`
	} `json:"data"`
}

// Thin returns the thin event of the same occurrence as a snapshot event, as Stripe
// delivers it; named: with the snapshot's id. ErrInvalid if the type has none.
func Thin(snapshot []byte, named bool) ([]byte, error) {
	s, t, err := thinOf(snapshot)
	if err != nil {
		return nil, err
	}
	if named {
		t.Snapshot = s.ID
	}
	return encode(t)
}

// Fetched is Thin as Stripe's API returns it.
func Fetched(body []byte) ([]byte, error) {
	s, t, err := thinOf(body)
	if err != nil {
		return nil, err
	}
	t.Snapshot = s.ID
	if len(s.Data.Previous) > 0 {
		t.Changes = &changes{Before: s.Data.Previous, After: map[string]json.RawMessage{}}
		for name := range s.Data.Previous {
			t.Changes.After[name] = s.Data.Object[name]
		}
	}
	if thinTypes()[t.Type].Data {
		t.Data = &upcomingFor{Customer: text(s.Data.Object["customer"]), Subscription: subscriptionOf(s.Data.Object)}
	}
	return encode(t)
}

func thinOf(body []byte) (s snapshot, t thinEvent, err error) {
	if json.Unmarshal(body, &s) != nil || s.ID == "" {
		return s, t, fmt.Errorf("not a snapshot event: %w", event.ErrInvalid)
	}
	kind, ok := facts.TwinType(s.Type)
	if !ok {
		return s, t, fmt.Errorf("%s has no thin event: %w", s.Type, event.ErrInvalid)
	}
	t = thinEvent{
		ID: ThinID(s.ID, s.Livemode), Object: thinKind, Type: kind, Livemode: s.Livemode,
		Created: time.UnixMilli(s.Created*1000 + millis(s.ID)).UTC().Format(isoTime), Related: relatedTo(kind, s.Data.Object), Reason: reasonOf(s.Request),
	}
	if context := cmp.Or(s.Context, s.Account); context != "" {
		t.Context = &context
	}
	return s, t, nil
}

// encode writes JSON without escapes for HTML.
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
