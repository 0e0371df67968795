package dynamo

import (
	"context"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// Get implements event.Store.
func (t *Tables) Get(ctx context.Context, id string) (event.Stored, error) {
	var found item
	if checkKey("event id", id) == nil {
		var err error
		if found, err = t.get(ctx, "events", key(id)); err != nil {
			return event.Stored{}, fmt.Errorf("get %s: %w", id, err)
		}
	}
	s, err := parseStored(id, found)
	if err != nil || s.FetchedAt.IsZero() {
		return s, err
	}
	it, err := t.get(ctx, "events", key(payloadID(id)))
	return withPayload(s, it, err)
}

// GetAll implements event.Store. A hundred events take one request, and one more if some
// were thin.
func (t *Tables) GetAll(ctx context.Context, ids []string) []event.Loaded {
	found, err := t.records(ctx, "events", slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return checkKey("event id", id) != nil }))
	all, loaded := make([]event.Loaded, len(ids)), make([]*event.Loaded, len(ids))
	for i, id := range ids {
		if loaded[i] = &all[i]; err != nil {
			all[i].Err = fmt.Errorf("get %s: %w", id, err)
		} else {
			all[i].Stored, all[i].Err = parseStored(id, found[id])
		}
	}
	t.payloads(ctx, loaded)
	return all
}

// payloads adds what was fetched of thin events.
func (t *Tables) payloads(ctx context.Context, all []*event.Loaded) {
	var ids []string
	for _, l := range all {
		if l.Err == nil && !l.Stored.FetchedAt.IsZero() {
			ids = append(ids, payloadID(l.Stored.ID))
		}
	}
	found, err := t.records(ctx, "events", ids)
	for _, l := range all {
		if l.Err == nil && !l.Stored.FetchedAt.IsZero() {
			l.Stored, l.Err = withPayload(l.Stored, found[payloadID(l.Stored.ID)], err)
		}
	}
}

func payloadID(id string) string { return event.RenderingID(id, event.Payload) }

// withPayload adds what was fetched of a thin event. It is stored with FetchedAt.
func withPayload(s event.Stored, it item, err error) (event.Stored, error) {
	if err != nil {
		return s, fmt.Errorf("get %s: %w", payloadID(s.ID), err)
	}
	r := &reader{item: it}
	if s.Fetched, r.err = decompress(r.bytes("body")); r.err != nil {
		return s, fmt.Errorf("get %s: %w", payloadID(s.ID), r.err)
	}
	return s, nil
}

// parseStored reads the event from the item that was found for its id; nil is none.
func parseStored(id string, found item) (event.Stored, error) {
	if found == nil {
		return event.Stored{}, fmt.Errorf("get %s: %w", id, event.ErrNotFound)
	}
	r := &reader{item: found}
	s := readStored(r)
	r.body(&s)
	if r.err != nil {
		return s, fmt.Errorf("get %s: %w", id, r.err)
	}
	return s, nil
}

// body reads the signed bytes. An erased event has none.
func (r *reader) body(s *event.Stored) {
	raw := r.bytes("body")
	switch {
	case r.err != nil:
	case !s.Erased.IsZero():
		r.err = event.ErrErased
	default:
		s.Body, r.err = decompress(raw)
	}
}
