package fakestripe

import (
	"encoding/json"
	"sync"

	"github.com/payhooks/payhooks/events"
)

// sampled are the samples by their paths, by API version. An event is in the
// newest only.
type sampled map[string]map[string]*entry

// sample returns what the samples have at a path, or nil. An object that was put
// under its id is never answered from a sample, and samples are in test mode. They
// belong to every account and never expire.
func (v view) sample(path, version string) *entry {
	if v.Livemode {
		return nil
	}
	all := samples()
	e := all[version][path]
	if e == nil {
		e = all[events.Latest][path]
	}
	if e == nil || v.api.has(e.id) {
		return nil
	}
	if e.kind == "event" && v.Account != "" {
		return e.inAccount(v.Account)
	}
	return e
}

// has reports whether any account has the object.
func (a *API) has(id string) bool {
	for account := range a.objects {
		if a.objects[account][id] != nil || a.made[account][id] != nil {
			return true
		}
	}
	return false
}

// inAccount is an event that says whose it is.
func (e *entry) inAccount(account string) *entry {
	of := *e
	var members map[string]json.RawMessage
	if json.Unmarshal(e.Data, &members) != nil {
		return e
	}
	members["account"], _ = json.Marshal(account)
	of.Data, _ = json.Marshal(members)
	return &of
}

// samples reads all of them once, when something is asked for that was not put.
var samples = sync.OnceValue(func() sampled {
	all := sampled{}
	for _, version := range events.Versions() {
		all[version] = map[string]*entry{}
		kinds, err := events.Types(version)
		if err != nil {
			panic(err) // it is embedded
		}
		for _, kind := range kinds {
			body, err := events.Sample(kind, version)
			if err == nil {
				all.add(version, body)
			}
		}
	}
	for _, kind := range events.ThinTypes() {
		body, err := events.FetchedSample(kind)
		if err != nil { // it has no more members than the delivered one
			body, err = events.ThinSample(kind)
		}
		if err != nil {
			panic(err) // it is embedded
		}
		if e, err := read(Object{Data: body}); err == nil {
			all[events.Latest][e.address()] = e
			all.refer(e)
		}
	}
	return all
})

// refer adds what a thin event refers to, if no sample has it: no more than its id.
func (all sampled) refer(e *entry) {
	var to related
	if json.Unmarshal(e.members["related_object"], &to) != nil || to.ID == "" || all[events.Latest][to.URL] != nil {
		return
	}
	body, _ := json.Marshal(map[string]any{"id": to.ID, "object": to.Type, "livemode": false})
	if o, err := read(Object{Data: body}); err == nil {
		all[events.Latest][to.URL] = o
	}
}

// add adds an event, its twin and its object, of which the newest event's stays.
func (all sampled) add(version string, body []byte) {
	e, err := read(Object{Data: body})
	if err != nil {
		return
	}
	if version == events.Latest {
		all[version][e.address()] = e
		if t := twin(e); t != nil {
			all[version]["/v2/core/events/"+t.id] = t
		}
	}
	var data struct {
		Object json.RawMessage `json:"object"`
	}
	_ = json.Unmarshal(e.members["data"], &data) // without an object there is none to add
	o, err := read(Object{At: e.created, Data: data.Object})
	if err != nil {
		return
	}
	if old := all[version][o.address()]; old == nil || old.At <= o.At {
		all[version][o.address()] = o
	}
}
