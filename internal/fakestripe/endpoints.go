package fakestripe

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const (
	endpointsPath = "/v1/webhook_endpoints"
	endpointKind  = "webhook_endpoint"
)

// endpoint creates, changes or deletes a classic webhook endpoint.
func (a *API) endpoint(w http.ResponseWriter, r *http.Request, v view, id string) *failure {
	if err := r.ParseForm(); err != nil {
		return bad("", err.Error())
	}
	a.posting.Lock()
	defer a.posting.Unlock()
	if id == "" {
		return a.createEndpoint(w, r, v)
	}
	a.mu.RLock()
	e := v.find(id)
	a.mu.RUnlock()
	if e == nil || e.kind != endpointKind {
		return missing("webhook endpoint", id, http.StatusNotFound, "webhook_endpoint")
	}
	if r.Method == http.MethodDelete {
		return a.remove(w, e)
	}
	changed, err := e.with(endpointMembers(r.PostForm, e))
	return a.keep(w, changed, err, nil)
}

// createEndpoint creates one; its answer alone has the secret. A repeat with the same
// idempotency key gets the first answer.
func (a *API) createEndpoint(w http.ResponseWriter, r *http.Request, v view) *failure {
	if fail := checkEndpoint(r.PostForm, v.Livemode); fail != nil {
		return fail
	}
	key, digest := r.Header.Get("Idempotency-Key"), fmt.Sprintf("%x", sha256.Sum256([]byte(r.PostForm.Encode())))
	e, fail := a.repeated(v, endpointKind, key, digest)
	if fail != nil {
		return fail
	}
	if e == nil {
		members := endpointMembers(r.PostForm, &entry{})
		a.mu.RLock()
		id := longID("we", "1", fmt.Sprintf("%s %d", v.Text(), a.seq), true)
		a.mu.RUnlock()
		for name, value := range map[string]any{
			"id": id, "object": endpointKind, "status": "enabled", "livemode": v.Livemode, "created": a.clock().Unix(), "application": nil,
			"_key": key, "_digest": digest, "_signing_secret": signingSecret(id), "_connect": r.PostForm.Get("connect") == "true",
		} {
			members[name] = value
		}
		data, err := encode(members)
		if err == nil {
			e, err = read(Object{Account: v.Account, Data: data})
		}
		if err != nil {
			return bad("", err.Error())
		}
	}
	return a.keep(w, e, nil, map[string]json.RawMessage{"secret": e.members["_signing_secret"]})
}

// signingSecret is of the form of Stripe's: 32 letters and digits.
func signingSecret(id string) string { return "whsec_" + longID("", "", id, false)[len("_test_6"):] }

// checkEndpoint refuses what Stripe does.
func checkEndpoint(form url.Values, live bool) *failure {
	u, err := url.Parse(form.Get("url"))
	switch {
	case form.Get("url") == "":
		return bad("url", "Missing required param: url.")
	case err != nil || u.Host == "" || live && u.Scheme != "https":
		return bad("url", "Invalid URL: An explicit scheme (such as https) must be provided.")
	case len(list(form, "enabled_events")) == 0:
		return bad("enabled_events", "Missing required param: enabled_events.")
	}
	for i, kind := range list(form, "enabled_events") {
		if strings.HasPrefix(kind, "v1.") || strings.HasPrefix(kind, "v2.") {
			return bad("enabled_events", fmt.Sprintf("Invalid enabled_events[%d]: must be one of the snapshot event types", i))
		}
	}
	return nil
}

// endpointMembers are those that a request gives, besides those that it leaves.
func endpointMembers(form url.Values, old *entry) map[string]any {
	members := map[string]any{}
	metadata := old.metadata()
	for name, values := range form {
		key, ok := strings.CutPrefix(name, "metadata[")
		if key = strings.TrimSuffix(key, "]"); !ok {
			continue
		}
		if metadata[key] = values[0]; values[0] == "" {
			delete(metadata, key)
		}
	}
	members["metadata"] = metadata
	for _, name := range []string{"url", "description", "api_version"} {
		if form.Has(name) {
			members[name] = form.Get(name)
		}
	}
	if form.Has("url") {
		members["_url"] = form.Get("url")
	}
	if types := list(form, "enabled_events"); len(types) > 0 {
		members["enabled_events"] = types
	}
	if form.Has("disabled") {
		members["status"] = map[bool]string{true: "disabled", false: "enabled"}[form.Get("disabled") == "true"]
	}
	return members
}

// metadata is what Stripe keeps for us with an object, never nil.
func (e *entry) metadata() map[string]string {
	var of struct{ Metadata map[string]string }
	_ = json.Unmarshal(e.Data, &of) // none at creation
	if of.Metadata == nil {
		of.Metadata = map[string]string{}
	}
	return of.Metadata
}
