package fakestripe

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

const (
	destinationsPath = "/v2/core/event_destinations"
	destinationKind  = "v2.core.event_destination"
)

// maxDestinations are the destinations and endpoints that an account may have.
const maxDestinations = 16

// destination answers a request for the list of event destinations, for one, or a
// command to one.
func (a *API) destination(w http.ResponseWriter, r *http.Request, v view, rest string) *failure {
	id, command, _ := strings.Cut(rest, "/")
	switch {
	case r.Method == http.MethodPost && rest == "":
		return a.createDestination(w, r, v)
	case r.Method == http.MethodPost:
		return a.command(w, r, v, id, command)
	case r.Method != http.MethodGet || command != "":
		return &failure{http.StatusNotFound, invalid, "not_found", "Unrecognized request URL.", ""}
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	included := list(r.URL.Query(), "include")
	if rest != "" {
		e := v.find(id)
		if e == nil || e.kind != destinationKind {
			return missingDestination(id)
		}
		return answer(w, a.show(e, included))
	}
	data := []json.RawMessage{}
	for _, e := range v.all(destinationKind) {
		body, err := encode(a.show(e, included))
		if err != nil {
			return bad("", err.Error())
		}
		data = append(data, body)
	}
	return answer(w, pageOf(data, "", ""))
}

func missingDestination(id string) *failure {
	return &failure{http.StatusNotFound, invalid, "not_found", fmt.Sprintf("Event destination '%s' not found.", id), ""}
}

// showDestination renders one: its URL and signing secret only if they are included.
func showDestination(e *entry, included []string) map[string]json.RawMessage {
	var shown, webhook map[string]json.RawMessage
	if json.Unmarshal(e.Data, &shown) != nil {
		return nil
	}
	webhook = map[string]json.RawMessage{}
	for _, name := range []string{"url", "signing_secret"} {
		if value, ok := shown["_"+name]; ok && slices.Contains(included, "webhook_endpoint."+name) {
			webhook[name] = value
		}
	}
	if len(webhook) > 0 {
		shown["webhook_endpoint"], _ = json.Marshal(webhook)
	}
	maps.DeleteFunc(shown, func(name string, _ json.RawMessage) bool { return strings.HasPrefix(name, "_") })
	return shown
}

// createDestination creates one. A repeat with the same idempotency key gets the
// first answer.
func (a *API) createDestination(w http.ResponseWriter, r *http.Request, v view) *failure {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var asked asked
	if err != nil || json.Unmarshal(body, &asked) != nil {
		return bad("", "expected a JSON object")
	}
	if fail := asked.check(v.Livemode); fail != nil {
		return fail
	}
	a.posting.Lock()
	defer a.posting.Unlock()
	key, digest := r.Header.Get("Idempotency-Key"), fmt.Sprintf("%x", sha256.Sum256(body))
	e, fail := a.repeated(v, destinationKind, key, digest)
	if fail != nil {
		return fail
	}
	if e == nil {
		if e, err = a.newDestination(v, asked, key, digest); err == nil {
			err = a.store([]*entry{e})
		}
		if err != nil {
			return bad("", err.Error())
		}
	}
	return answer(w, a.show(e, asked.Include))
}

// repeated returns what an earlier request with the key created.
func (a *API) repeated(v view, kind, key, digest string) (*entry, *failure) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	all := append(v.all(destinationKind), v.all(endpointKind)...)
	for _, e := range v.all(kind) {
		switch {
		case key == "" || text(e.members["_key"]) != key:
		case text(e.members["_digest"]) != digest:
			return nil, &failure{http.StatusBadRequest, "idempotency_error", "idempotency_error", "Keys for idempotent requests can only be used with the same parameters.", ""}
		default:
			return e, nil
		}
	}
	if len(all) >= maxDestinations {
		return nil, bad("", fmt.Sprintf("You have reached the maximum of %d webhook endpoints and event destinations.", maxDestinations))
	}
	return nil, nil
}

// command enables, disables, pings or changes one.
func (a *API) command(w http.ResponseWriter, r *http.Request, v view, id, verb string) *failure {
	a.posting.Lock()
	defer a.posting.Unlock()
	a.mu.RLock()
	e := v.find(id)
	a.mu.RUnlock()
	if e == nil || e.kind != destinationKind {
		return missingDestination(id)
	}
	var changed *entry
	var err error
	switch verb {
	case "ping":
		if changed, err = a.ping(e, v.Livemode); err == nil {
			err = a.store([]*entry{changed})
		}
		if err != nil {
			return bad("", err.Error())
		}
		a.deliverPing(e, changed)
		return answer(w, changed.Data)
	case "enable", "disable":
		if changed, err = e.switched(verb == "enable", a.clock()); err == nil {
			err = a.store([]*entry{changed})
		}
		if err != nil {
			return bad("", err.Error())
		}
		return answer(w, a.show(changed, nil))
	case "":
		return a.changeDestination(w, r, e)
	}
	return &failure{http.StatusNotFound, invalid, "not_found", "Unrecognized request URL.", ""}
}

// ping is the event that Stripe delivers when it is asked to.
func (a *API) ping(of *entry, livemode bool) (*entry, error) {
	a.mu.RLock()
	seed := fmt.Sprintf("ping %s %d", of.id, a.seq)
	a.mu.RUnlock()
	body, err := encode(thinEvent{
		ID: longID("evt", "5", seed, livemode), Object: thinKind, Type: event.ThinPing, Livemode: livemode,
		Created: a.clock().UTC().Format(isoTime), Related: &related{ID: of.id, Type: destinationKind, URL: of.address()},
	})
	if err != nil {
		return nil, err
	}
	return read(Object{Account: of.Account, Data: body})
}
