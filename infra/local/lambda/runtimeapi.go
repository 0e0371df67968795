package lambda

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// runtimeAPI serves the Runtime API 2018-06-01. Each environment has a path of
// its own, so that none can take or answer the events of another.
func (h *Host) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	const api = "/{token}/2018-06-01/runtime/"
	mux.HandleFunc("GET "+api+"invocation/next", h.by(next))
	mux.HandleFunc("POST "+api+"invocation/{id}/response", h.by(response))
	mux.HandleFunc("POST "+api+"invocation/{id}/error", h.by(invocationError))
	mux.HandleFunc("POST "+api+"init/error", h.by(initError))
	return mux
}

func (h *Host) by(serve func(*process, http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if p, ok := h.envs.Load(r.PathValue("token")); ok {
			if p, ok := p.(*process); ok {
				serve(p, w, r)
				return
			}
		}
		refuse(w, http.StatusForbidden, "InvalidRuntime", "this execution environment is not known")
	}
}

// next waits for an event as long as it takes.
func next(p *process, w http.ResponseWriter, r *http.Request) {
	select {
	case p.asked <- struct{}{}:
	default:
	}
	select {
	case inv := <-p.work:
		p.mu.Lock()
		p.current = inv
		p.mu.Unlock()
		head := w.Header()
		head.Set("Content-Type", "application/json")
		head.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
		head.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
		head.Set("Lambda-Runtime-Invoked-Function-Arn", p.fn.ARN)
		head.Set("Lambda-Runtime-Trace-Id", inv.trace)
		_, _ = w.Write(inv.payload) // a lost connection is a dead process, which run sees
	case <-p.dead:
	case <-r.Context().Done():
	}
}

func response(p *process, w http.ResponseWriter, r *http.Request) {
	inv := p.take(w, r)
	if inv == nil {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxPayload))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		message := fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", MaxPayload)
		inv.answer(failure("Function.ResponseSizeTooLarge", message), "Unhandled")
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", message)
		return
	case err != nil:
		inv.fail("Runtime.TruncatedResponse", "the response ended early: %v", err)
		refuse(w, http.StatusBadRequest, "TruncatedResponse", "the response ended early")
		return
	}
	inv.answer(body, "")
	accept(w)
}

func invocationError(p *process, w http.ResponseWriter, r *http.Request) {
	inv := p.take(w, r)
	if inv == nil {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxPayload))
	if err != nil || len(body) == 0 {
		body = failure(r.Header.Get("Lambda-Runtime-Function-Error-Type"), "the function failed without saying why")
	}
	inv.answer(body, "Unhandled")
	accept(w)
}

func initError(p *process, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxPayload))
	if err == nil {
		p.mu.Lock()
		p.initErr = body
		p.mu.Unlock()
	}
	accept(w)
}

// take returns the event that is being answered, or nil after refusing.
func (p *process) take(w http.ResponseWriter, r *http.Request) *invocation {
	p.mu.Lock()
	defer p.mu.Unlock()
	inv := p.current
	if inv == nil || inv.id != r.PathValue("id") {
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "no event with this request id is being handled")
		return nil
	}
	p.current = nil
	return inv
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`)
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(failure(kind, message))
}
