package fakestripe

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
)

// Every snapshot event has a thin twin, if its type has one. A twin is an entry
// without data, rendered when it is asked for.

// twin is the thin event of a snapshot, or nil.
func twin(of *entry) *entry {
	kind, ok := facts.TwinType(text(of.members["type"]))
	if !ok {
		return nil
	}
	t := &entry{Object: Object{Account: of.Account, Seq: of.Seq}, kind: thinKind, created: of.created, of: of}
	t.id, t.millis = ThinID(of.id, string(of.members["livemode"]) == "true"), of.created*1000+millis(of.id)
	t.members = map[string]json.RawMessage{"type": json.RawMessage(`"` + kind + `"`)}
	if live, ok := of.members["livemode"]; ok {
		t.members["livemode"] = live
	}
	return t
}

// takeThin keeps what belongs to an event besides: its twin, or which snapshot has
// one that was put.
func (a *API) takeThin(e *entry) {
	if a.twins == nil {
		a.twins, a.named = map[string]map[string]*entry{}, map[[2]string]bool{}
	}
	switch e.kind {
	case "event":
		t := twin(e)
		if t == nil {
			return
		}
		if a.twins[e.Account] == nil {
			a.twins[e.Account] = map[string]*entry{}
		}
		a.twins[e.Account][t.id] = t
	case thinKind:
		a.named[[2]string{e.Account, text(e.members["snapshot_event"])}] = true
	}
}

// thin returns a thin event by its id, or nil.
func (v view) thin(id string) *entry {
	e := v.api.objects[v.Account][id]
	if e == nil {
		e = v.api.twins[v.Account][id]
	}
	switch {
	case e != nil && e.kind == thinKind && v.sees(e):
		return e
	case e != nil:
		return nil
	}
	return v.sample("/v2/core/events/"+id, "")
}

// allThin returns the thin events that the key may see, newest first: those that
// were put, and the twins of the other snapshots.
func (v view) allThin() (found []*entry) {
	for _, e := range v.api.objects[v.Account] {
		if e.kind == thinKind && v.sees(e) {
			found = append(found, e)
		}
	}
	for id, t := range v.api.twins[v.Account] {
		if v.sees(t) && v.api.objects[v.Account][id] == nil && !v.api.named[[2]string{v.Account, t.of.id}] {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, func(a, b *entry) int { return cmp.Or(cmp.Compare(b.millis, a.millis), cmp.Compare(b.Seq, a.Seq)) })
	return found
}

// renderThin returns a thin event as Stripe's API does.
func (v view) renderThin(e *entry) json.RawMessage {
	if e.of == nil {
		return v.expand(e, nil)
	}
	body, err := Fetched(e.of.Data)
	if err != nil { // cannot be: twin knows the type
		return nil
	}
	return body
}

// about is the id of the object that a thin event is about, or empty.
func (v view) about(e *entry) string {
	var t struct {
		Related struct {
			ID string `json:"id"`
		} `json:"related_object"`
	}
	_ = json.Unmarshal(v.renderThin(e), &t) // null and absent are empty
	return t.Related.ID
}

// dated reads a time in either form: seconds, or ISO 8601.
func dated(raw json.RawMessage) (seconds, millis int64) {
	if json.Unmarshal(raw, &seconds) == nil {
		return seconds, seconds * 1000
	}
	t, err := time.Parse(time.RFC3339, text(raw))
	if err != nil {
		return 0, 0 // what has no time sorts last
	}
	return t.Unix(), t.UnixMilli()
}

// contextAccount is the account in a context: the last acct_… of its segments.
func contextAccount(context string) (account string) {
	for segment := range strings.SplitSeq(context, "/") {
		if strings.HasPrefix(segment, "acct_") {
			account = segment
		}
	}
	return account
}
