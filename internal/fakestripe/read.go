package fakestripe

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/rawjson"
)

// ID returns the object's id, or what stands for it: a singleton has none.
func (o Object) ID() string {
	e, err := read(o)
	if err != nil {
		return ""
	}
	return e.id
}

func read(o Object) (*entry, error) {
	e := &entry{Object: o}
	if err := json.Unmarshal(o.Data, &e.members); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	e.id, e.kind = text(e.members["id"]), text(e.members["object"])
	if e.id == "" && slices.Contains(singletons, e.kind) {
		e.id = e.address() + "#" + string(e.members["livemode"])
	}
	if e.id == "" || e.kind == "" {
		return nil, fmt.Errorf("needs an id and an object type, has id %q and object %q", e.id, e.kind)
	}
	e.undelivered = string(e.members["_delivery_success"]) == "false"
	if c, ok := e.members["created"]; ok {
		e.created, e.millis = dated(c)
	}
	return e, nil
}

// text is a JSON string's, or the id of an expanded object; else "".
func text(raw json.RawMessage) string {
	if s, ok := rawjson.Unquote(raw); ok {
		return s
	}
	var o struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(raw, &o) == nil {
		return o.ID
	}
	return ""
}

func number(raw json.RawMessage) (n int64) {
	_ = json.Unmarshal(raw, &n) // absent and null are 0
	return n
}
