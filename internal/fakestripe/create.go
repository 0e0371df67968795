package fakestripe

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/payhooks/payhooks/events"
)

// created are the objects that can be made, and the types of what Stripe then sends: a
// sample with new ids.
var created = map[string]struct{ kind, confirmed, canceled string }{
	"/v1/products":        {kind: "product.created"},
	"/v1/customers":       {kind: "customer.created"},
	"/v1/payment_intents": {kind: "payment_intent.created", confirmed: "payment_intent.succeeded", canceled: "payment_intent.canceled"},
}

// write1 answers a request below /v1/ that changes something; false if it is none that
// the fake knows.
func (a *API) write1(w http.ResponseWriter, r *http.Request, v view) (fail *failure, known bool) {
	if r.Method == http.MethodGet {
		return nil, false
	}
	if rest, ok := strings.CutPrefix(r.URL.Path+"/", endpointsPath+"/"); ok {
		return a.endpoint(w, r, v, strings.Trim(rest, "/")), true
	}
	path := strings.TrimSuffix(r.URL.Path, "/cancel")
	if of, ok := created[path]; ok && r.Method == http.MethodPost {
		kind := of.kind
		if r.FormValue("confirm") == "true" && of.confirmed != "" {
			kind = of.confirmed
		}
		return a.happen(w, r, v, kind), true
	}
	folder, id := path[:strings.LastIndexByte(path, '/')], path[strings.LastIndexByte(path, '/')+1:]
	if _, ok := created[folder]; !ok || r.Method != http.MethodDelete && path == r.URL.Path {
		return nil, false
	}
	a.mu.RLock()
	e := v.find(id)
	a.mu.RUnlock()
	switch {
	case e == nil:
		return missing("object", id, http.StatusNotFound, "id"), true
	case r.Method == http.MethodDelete:
		return a.remove(w, e), true
	}
	canceled, err := e.with(map[string]any{"status": "canceled"})
	return a.keep(w, canceled, err, nil), true
}

// happen makes an object and the event about it, and has the event delivered. A repeat
// with the same idempotency key makes nothing more.
func (a *API) happen(w http.ResponseWriter, r *http.Request, v view, kind string) *failure {
	a.posting.Lock()
	key := r.Header.Get("Idempotency-Key")
	e, object, err := a.sampleOf(v, r.Header.Get("Stripe-Version"), kind, key)
	a.posting.Unlock()
	if err != nil {
		return bad("", err.Error())
	}
	if e != nil {
		a.deliver(e)
	}
	return v.write(w, r, object)
}

// sampleOf stores a new event and its object; no event if the key was used before.
func (a *API) sampleOf(v view, version, kind, key string) (e, object *entry, err error) {
	a.mu.RLock()
	for _, old := range a.objects[v.Account] {
		if key != "" && text(old.members["_key"]) == key {
			object = old
		}
	}
	a.mu.RUnlock()
	if object != nil {
		return nil, object, nil
	}
	sample, err := events.Sample(kind, version)
	if err != nil {
		sample, err = events.Sample(kind, events.Latest)
	}
	if err != nil {
		return nil, nil, err
	}
	_, body, err := (events.Fresh{Now: a.clock(), Random: letters}).Event(sample)
	if err == nil {
		e, err = read(Object{Account: v.Account, Data: body})
	}
	if err == nil {
		e, err = e.with(map[string]any{"livemode": v.Livemode})
	}
	if err != nil {
		return nil, nil, err
	}
	var data struct{ Object map[string]json.RawMessage }
	if err := json.Unmarshal(e.members["data"], &data); err != nil {
		return nil, nil, fmt.Errorf("sample %s: %w", kind, err)
	}
	data.Object["_key"], _ = json.Marshal(key)
	data.Object["livemode"], _ = json.Marshal(v.Livemode)
	if object = objectOf(e, data.Object); object == nil {
		return nil, nil, fmt.Errorf("the sample of %s has no object", kind)
	}
	return e, object, a.store([]*entry{e, object})
}

// letters are n random ones.
func letters(n int) string {
	s := rand.Text()
	for len(s) < n {
		s += rand.Text()
	}
	return s[:n]
}

// with is the object with other members.
func (e *entry) with(changed map[string]any) (*entry, error) {
	var members map[string]any
	if err := json.Unmarshal(e.Data, &members); err != nil {
		return nil, fmt.Errorf("read %s: %w", e.id, err)
	}
	maps.Copy(members, changed)
	data, err := encode(members)
	if err != nil {
		return nil, err
	}
	return read(Object{Account: e.Account, Data: data})
}

// keep stores an object and answers with it.
func (a *API) keep(w http.ResponseWriter, e *entry, err error, also map[string]json.RawMessage) *failure {
	if err == nil {
		err = a.store([]*entry{e})
	}
	if err != nil {
		return bad("", err.Error())
	}
	var shown map[string]json.RawMessage
	if err := json.Unmarshal(e.Data, &shown); err != nil {
		return bad("", err.Error())
	}
	maps.DeleteFunc(shown, func(name string, _ json.RawMessage) bool { return strings.HasPrefix(name, "_") })
	maps.Copy(shown, also)
	return answer(w, shown)
}

// remove hides an object for ever.
func (a *API) remove(w http.ResponseWriter, e *entry) *failure {
	gone, err := e.with(map[string]any{"_deleted": true})
	if err == nil {
		err = a.store([]*entry{gone})
	}
	if err != nil {
		return bad("", err.Error())
	}
	return answer(w, map[string]any{"id": e.id, "object": e.kind, "deleted": true})
}

// clock is the time of what the fake creates.
func (a *API) clock() time.Time {
	switch {
	case a.Clock != nil:
		return a.Clock()
	case a.Now != nil:
		return a.Now()
	}
	return time.Unix(0, 0)
}
