package fetch

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/webhook"
)

// fetched is what Stripe's API says about a thin event.
type fetched struct {
	id    string // of the occurrence
	body  []byte // of it as a snapshot event; nil if that is stored already
	thin  webhook.Thin
	extra extra
}

// extra is what only the fetched form of a thin event has.
type extra struct {
	Changes struct {
		Before json.RawMessage `json:"before"`
	} `json:"changes"`
	Data json.RawMessage `json:"data"`
}

// read is the signed event, with its context for requests to Stripe.
func read(s event.Stored) (webhook.Thin, event.Reason) {
	signed, reason := webhook.ReadThin(s.Body)
	signed.Context = cmp.Or(signed.Context, s.Account)
	return signed, reason
}

// fetch reads the event, then its snapshot twin, else its object. Every answer is held
// against what was signed.
func (f *Fetcher) fetch(ctx context.Context, s event.Stored, signed webhook.Thin) (p fetched, err error) {
	raw, err := f.Source.ThinEvent(ctx, s.Livemode, signed.Context, signed.ID)
	if err != nil {
		return p, gone("the event", err)
	}
	if p, err = compare(signed, s.Endpoint == event.EndpointListed, raw); err != nil {
		return p, err
	}
	if p.id = s.ID; p.thin.Snapshot != "" {
		p.id = p.thin.Snapshot
	}
	if p.id != s.ID {
		switch _, err := f.Store.Get(ctx, p.id); {
		case err == nil, errors.Is(err, event.ErrErased):
			return p, nil // the occurrence is stored, or was: link to it
		case errors.Is(err, event.ErrInvalid):
			return p, event.Permanent(fmt.Errorf("its snapshot twin is stored and cannot be read: %w", err))
		case !errors.Is(err, event.ErrNotFound):
			return p, fmt.Errorf("look for the snapshot: %w", err)
		}
	}
	if p.thin.Snapshot != "" {
		p.body, err = f.Source.Snapshot(ctx, s.Livemode, signed.Context, p.thin.Snapshot)
		if !errors.Is(err, event.ErrNotFound) || signed.Related.URL == "" {
			return p, gone("the snapshot event "+p.thin.Snapshot, err)
		}
	}
	object, err := f.object(ctx, signed, "")
	if err != nil {
		return p, err
	}
	p.body, err = p.snapshot(s, p.id, object, facts.FetchesThin)
	return p, err
}

// compare reads the fetched event and refuses it if it is another one than was signed. A
// listed one may leave out the account that the list was asked for.
func compare(signed webhook.Thin, listed bool, raw []byte) (p fetched, err error) {
	thin, reason := webhook.ReadThin(raw)
	if reason != "" {
		return p, event.Permanent(fmt.Errorf("what Stripe returned for %s is no thin event: %s", signed.ID, reason))
	}
	if signed.Snapshot == "" {
		signed.Snapshot = thin.Snapshot
	}
	if thin.Snapshot == "" {
		thin.Snapshot = signed.Snapshot // left out by versions before 2026-09-30.endive
	}
	for _, field := range []struct {
		name string
		same bool
	}{
		{"id", signed.ID == thin.ID},
		{"type", signed.Type == thin.Type},
		{"livemode", signed.Livemode == thin.Livemode},
		{"context", thin.Context == signed.Context || thin.Context == "" && listed},
		{"related_object", signed.Related == thin.Related},
		{"created", signed.Created.Equal(thin.Created)},
		{"snapshot_event", signed.Snapshot == thin.Snapshot},
	} {
		if !field.same {
			return p, differs("thin event "+signed.ID, field.name)
		}
	}
	if err := json.Unmarshal(raw, &p.extra); err != nil {
		return p, event.Permanent(fmt.Errorf("read what Stripe returned for %s: its changes or data are no objects", signed.ID))
	}
	p.thin = thin
	return p, nil
}

// object fetches the related object as it is now; without one it is empty.
func (f *Fetcher) object(ctx context.Context, signed webhook.Thin, version facts.Version) (json.RawMessage, error) {
	if signed.Related.URL == "" {
		return nil, nil
	}
	raw, err := f.Source.Object(ctx, signed.Livemode, signed.Context, signed.Related.URL, string(version))
	if errors.Is(err, event.ErrInvalid) {
		return nil, event.Permanent(fmt.Errorf("related_object.url: %w", err))
	}
	if err != nil {
		return nil, gone("the object", err)
	}
	var got struct {
		ID, Object string
		Livemode   *bool
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		return nil, event.Permanent(errors.New("what Stripe returned for the object is no object"))
	}
	switch want := signed.Related; {
	case want.ID != "" && got.ID != want.ID:
		return nil, differs("the object", "id")
	case want.Type != "" && got.Object != want.Type && got.Object != "":
		return nil, differs("the object", "type")
	case got.Livemode != nil && *got.Livemode != signed.Livemode:
		return nil, differs("the object", "mode")
	}
	return raw, nil
}

// snapshot is the event with its object in the form of a snapshot event, for readers
// that know no other. Without an object it is about what the event's data say.
func (p fetched) snapshot(s event.Stored, id string, object json.RawMessage, version facts.Version) ([]byte, error) {
	if object == nil {
		object = p.extra.Data
	}
	if len(object) == 0 || string(object) == "null" {
		object = json.RawMessage("{}")
	}
	made := map[string]any{
		"id": id, "object": "event", "type": s.Type, "created": p.thin.Created.Unix(), "livemode": s.Livemode,
		"api_version": version, "data": map[string]any{"object": object, "previous_attributes": p.extra.Changes.Before},
		"thin_event": map[string]any{"id": p.thin.ID, "type": p.thin.Type, "data": p.extra.Data},
	}
	if s.Account != "" {
		made["account"] = s.Account
	}
	body, err := json.Marshal(made)
	if err != nil {
		return nil, event.Permanent(fmt.Errorf("join the object with its event: %w", err))
	}
	return body, nil
}

// render keeps the object in each further version that the payload is not in, if it
// exists in it. Only objects of v1 have versions of before.
func (f *Fetcher) render(ctx context.Context, l event.Link) error {
	signed, _ := read(l.Thin)
	for _, v := range f.Versions {
		if !strings.HasPrefix(signed.Related.URL, "/v1/") || facts.Version(l.Event.APIVersion).ReadAs(v) {
			continue
		}
		switch _, err := f.Store.Get(ctx, event.RenderingID(l.Event.ID, v.Release())); {
		case err == nil, errors.Is(err, event.ErrInvalid):
			continue // it is there
		case !errors.Is(err, event.ErrNotFound):
			return fmt.Errorf("look for the object in %s: %w", v, err)
		}
		object, err := f.object(ctx, signed, v)
		if errors.Is(err, event.ErrNotFound) {
			continue // the action that reads this version parks, and says so
		}
		if err != nil {
			return err
		}
		e := l.Event
		if e.Body, err = inVersion(l.Event.Fetched, object, v); err != nil {
			return err
		}
		e.APIVersion, e.SentAs, e.Fetched = string(v), "", nil
		if err := f.Store.PutRendering(ctx, e, v.Release(), l.Thin.Expires); err != nil && !errors.Is(err, event.ErrTooLarge) {
			return fmt.Errorf("keep the object in %s: %w", v, err)
		}
	}
	return nil
}

// inVersion is the payload with its object as it is in another version. All else stays
// as it is written.
func inVersion(payload []byte, object json.RawMessage, v facts.Version) ([]byte, error) {
	var whole, data map[string]json.RawMessage
	err := errors.Join(json.Unmarshal(payload, &whole), json.Unmarshal(whole["data"], &data))
	if err != nil || data == nil {
		return nil, event.Permanent(errors.New("what was fetched has no object"))
	}
	data["object"], whole["api_version"] = object, fmt.Appendf(nil, "%q", v)
	var body []byte
	if whole["data"], err = json.Marshal(data); err == nil {
		body, err = json.Marshal(whole)
	}
	if err != nil {
		return nil, event.Permanent(fmt.Errorf("join the object with its event: %w", err))
	}
	return body, nil
}

// gone is the verdict for what Stripe does not have.
func gone(what string, err error) error {
	if errors.Is(err, event.ErrNotFound) {
		return event.Permanent(fmt.Errorf("%s is gone: Stripe has it for 30 days, and it was not fetched in time: %w", what, err))
	}
	if err != nil {
		return fmt.Errorf("fetch %s: %w", what, err)
	}
	return nil
}

func differs(what, field string) error {
	return event.Permanent(fmt.Errorf("%s that was fetched differs in its %s from what Stripe signed: nothing of it is stored", what, field))
}
