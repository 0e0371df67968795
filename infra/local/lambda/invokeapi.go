package lambda

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/payhooks/payhooks/infra/local/template"
)

// InvokePath is where InvokeAPI belongs on an AWS endpoint.
const InvokePath = "POST /2015-03-31/functions/{name}/invocations"

// Function returns the function with this name, ARN or name:qualifier.
func (h *Host) Function(name string) (template.Function, bool) {
	if _, after, ok := strings.Cut(name, ":function:"); ok {
		name = after
	}
	name, _, _ = strings.Cut(name, ":")
	for _, p := range h.all() {
		if c := p.now(); c != nil && c.fn.Name == name {
			return c.fn, true
		}
	}
	return template.Function{}, false
}

// InvokeAPI serves Lambda's Invoke. The caller checks who may.
func (h *Host) InvokeAPI(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/2015-03-31/functions/")
	fn, ok := h.Function(strings.TrimSuffix(name, "/invocations"))
	if !ok {
		serviceError(w, http.StatusNotFound, "ResourceNotFoundException", "Function not found: "+name)
		return
	}
	payload, err := io.ReadAll(io.LimitReader(r.Body, MaxPayload+1))
	if err != nil {
		serviceError(w, http.StatusBadRequest, "InvalidRequestContentException", "the payload ended early")
		return
	}
	if len(payload) == 0 {
		payload = []byte("{}")
	}
	if !json.Valid(payload) {
		serviceError(w, http.StatusBadRequest, "InvalidRequestContentException", "the payload is not JSON")
		return
	}
	h.serveInvoke(w, r, fn, payload)
}

func (h *Host) serveInvoke(w http.ResponseWriter, r *http.Request, fn template.Function, payload []byte) {
	switch kind := r.Header.Get("X-Amz-Invocation-Type"); kind {
	case "", "RequestResponse":
	case "DryRun":
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		serviceError(w, http.StatusBadRequest, "InvalidParameterValueException",
			"the local stack invokes functions with RequestResponse only, not "+kind)
		return
	}
	res, err := h.Invoke(r.Context(), fn.LogicalID, payload)
	switch {
	case errors.Is(err, ErrThrottled):
		serviceError(w, http.StatusTooManyRequests, "TooManyRequestsException", "Rate Exceeded.")
	case errors.Is(err, ErrTooLarge):
		serviceError(w, http.StatusRequestEntityTooLarge, "RequestTooLargeException", err.Error())
	case err != nil:
		serviceError(w, http.StatusInternalServerError, "ServiceException", err.Error())
	default:
		if res.Error != "" {
			w.Header().Set("X-Amz-Function-Error", res.Error)
		}
		w.Header().Set("X-Amz-Executed-Version", "$LATEST")
		w.Header().Set("X-Amzn-Requestid", res.RequestID)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(res.Payload)
	}
}

func serviceError(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("X-Amzn-Errortype", kind)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"Type": "User", "Message": message, "message": message})
}
