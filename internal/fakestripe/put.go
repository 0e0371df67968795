package fakestripe

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
)

// put answers PUT /_stand-in/objects and /_stand-in/events.
func (a *API) put(w http.ResponseWriter, r *http.Request) {
	if _, key, _ := r.BasicAuth(); subtle.ConstantTimeCompare([]byte(key), []byte(a.Key)) == 0 {
		Fail(w, http.StatusUnauthorized, invalid, "", "Putting objects needs the key in the address of fake Stripe: see stack.json in the data folder.")
		return
	}
	var list []json.RawMessage
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 256<<20))
	if err == nil {
		err = json.Unmarshal(body, &list)
	}
	account := r.Header.Get("Stripe-Account")
	switch {
	case err != nil:
		err = fmt.Errorf("expected a JSON array of objects: %w", err)
	case r.Method == http.MethodPut && r.URL.Path == "/_stand-in/objects":
		err = a.Put(account, list...)
	case r.Method == http.MethodPut && r.URL.Path == "/_stand-in/events":
		err = a.PutEvents(account, list...)
	default:
		Fail(w, http.StatusNotFound, invalid, "", "Fake Stripe accepts PUT /_stand-in/objects and PUT /_stand-in/events.")
		return
	}
	if err != nil {
		Fail(w, http.StatusBadRequest, invalid, "", err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// Put stores objects with an id each, in place of what was there.
func (a *API) Put(account string, objects ...json.RawMessage) error {
	var all []*entry
	for i, data := range objects {
		e, err := read(Object{Account: account, Data: data})
		if err != nil {
			return fmt.Errorf("object %d: %w", i, err)
		}
		all = append(all, e)
	}
	return a.store(all)
}

// PutEvents stores events and the objects that they contain, of each object the
// newest. An event that names a connected account belongs to it. A thin event
// contains no object.
func (a *API) PutEvents(account string, events ...json.RawMessage) error {
	var all []*entry
	for i, data := range events {
		e, err := read(Object{Account: account, Data: data})
		if err == nil && e.kind != "event" && e.kind != thinKind {
			err = fmt.Errorf("is a %s", e.kind)
		}
		if err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
		if e.kind == thinKind {
			e.Account = cmp.Or(contextAccount(text(e.members["context"])), account)
			all = append(all, e)
			continue
		}
		if own := text(e.members["account"]); own != "" {
			e.Account = own
		}
		all = append(all, e)
		var data struct {
			Object map[string]json.RawMessage `json:"object"`
		}
		if json.Unmarshal(e.members["data"], &data) != nil {
			return fmt.Errorf("event %d: has no data.object", i)
		}
		if o := objectOf(e, data.Object); o != nil {
			all = append(all, o)
		}
	}
	return a.store(all)
}

// objectOf is the object of an event, in the event's mode; nil for one that has no id and
// no address, and cannot be asked for.
func objectOf(e *entry, members map[string]json.RawMessage) *entry {
	if _, own := members["livemode"]; !own && members != nil {
		members["_livemode"] = e.members["livemode"]
	}
	data, err := json.Marshal(members)
	if err != nil {
		return nil
	}
	o, err := read(Object{Account: e.Account, At: max(e.created, 1), Data: data})
	if err != nil {
		return nil
	}
	return o
}

// Load restores what Save was called with.
func (a *API) Load(objects []Object) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, o := range objects {
		e, err := read(o)
		if err != nil {
			return err
		}
		a.take(e)
		a.seq = max(a.seq, o.Seq)
	}
	return nil
}

func (a *API) store(all []*entry) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	news := a.newest(all)
	if a.Save != nil {
		saved := make([]Object, len(news))
		for i, e := range news {
			saved[i] = e.Object
		}
		if err := a.Save(saved); err != nil {
			return fmt.Errorf("save: %w", err)
		}
	}
	for _, e := range news {
		a.take(e)
	}
	return nil
}

// newest numbers those that are not older than the same object of another event.
func (a *API) newest(all []*entry) (news []*entry) {
	newest := map[[2]string]int64{}
	for _, e := range all {
		key := [2]string{e.Account, e.id}
		at, seen := newest[key]
		if old := a.objects[e.Account][e.id]; !seen && old != nil {
			at, seen = old.At, true
		}
		if seen && e.At != 0 && e.At < at {
			continue // an older event contains an older state
		}
		newest[key] = e.At
		a.seq++
		e.Seq = a.seq
		news = append(news, e)
	}
	return news
}

func (a *API) take(e *entry) {
	if a.objects == nil {
		a.objects, a.made = map[string]map[string]*entry{}, map[string]map[string]*entry{}
	}
	if a.objects[e.Account] == nil {
		a.objects[e.Account], a.made[e.Account] = map[string]*entry{}, map[string]*entry{}
	}
	if e.Recorded {
		a.made[e.Account][e.id] = e
	} else {
		a.objects[e.Account][e.id] = e
		a.takeThin(e)
		for _, m := range derived(e) {
			a.made[e.Account][m.id] = m
		}
	}
	maps.DeleteFunc(e.members, func(_ string, raw json.RawMessage) bool { return len(raw) > maxMember })
}

// maxMember is the longest member that is kept decoded, for filters.
const maxMember = 256
