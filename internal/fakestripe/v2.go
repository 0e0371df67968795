package fakestripe

import (
	"fmt"
	"net/http"
	"strings"
)

// v2 answers a request below /v2/. Its errors always have a code.
func (a *API) v2(w http.ResponseWriter, r *http.Request, v view) *failure {
	fail := a.route(w, r, v)
	if fail == nil || fail.Code != "" {
		return fail
	}
	fail.Code = "invalid_fields"
	if fail.status == http.StatusNotFound {
		fail.Code = "not_found"
	}
	return fail
}

func (a *API) route(w http.ResponseWriter, r *http.Request, v view) *failure {
	if rest, ok := strings.CutPrefix(r.URL.Path+"/", destinationsPath+"/"); ok {
		return a.destination(w, r, v, strings.Trim(rest, "/"))
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	id, event := strings.CutPrefix(r.URL.Path, "/v2/core/events/")
	switch {
	case r.Method != http.MethodGet:
		return &failure{status: http.StatusMethodNotAllowed, Type: invalid, Code: "not_allowed", Message: "The fake of Stripe's API changes event destinations only."}
	case r.URL.Path == "/v2/core/events":
		return v.listThin(w, r)
	case event:
		e := v.thin(id)
		if e == nil {
			return missingThin(id)
		}
		return answer(w, v.renderThin(e))
	}
	e := v.object(r.URL.Path, r.Header.Get("Stripe-Version"))
	if e == nil {
		return &failure{http.StatusNotFound, invalid, "not_found", fmt.Sprintf("Nothing is at '%s'.", r.URL.Path), ""}
	}
	return v.write(w, r, e)
}
