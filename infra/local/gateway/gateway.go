// Package gateway is the local API Gateway: an HTTP API in payload format 2.0
// in front of Lambda functions, with the limits of the real one.
package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/template"
)

// Limits of an HTTP API, in bytes.
const (
	MaxBody   = 10 << 20
	MaxHeader = 10240 // request line and header values together
)

// Refusal is a request that no function answered. Whoever sent it chose method and path:
// Path is percent-encoded, so printable, and cut.
type Refusal struct {
	Method, Path string
	Status       int
	Reason       string
}

// Gateway serves the routes. Fill in the fields; it is safe for concurrent use.
type Gateway struct {
	API, Region, Account string
	Routes               []template.Route
	// Invoke runs a function, see lambda.Host.
	Invoke func(ctx context.Context, function string, payload []byte) (lambda.Result, error)
	// Refuse, if set, returns why no function may see the request; empty lets it pass.
	Refuse func(r *http.Request, body []byte) string
	// Refused, if set, is called with what the gateway answered without a function.
	Refused func(Refusal)
	// Served, if set, is called after each request, for the access log.
	Served func(Exchange)
	// Timeout of a request, its body and the invocation together; 0 means 30 s, what
	// AWS gives the invocation.
	Timeout time.Duration
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// answer of the gateway itself.
type answer struct {
	status  int
	message string
	reason  string
}

func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := &recorded{ResponseWriter: w, Exchange: Exchange{ID: requestID(), Began: g.now(), Status: http.StatusOK}}
	w.Header().Set("Apigw-Requestid", rec.ID)
	ctx, cancel := context.WithTimeout(r.Context(), g.timeout())
	defer cancel()
	g.handle(rec, r.WithContext(ctx))
	if g.Served != nil {
		rec.Took = g.now().Sub(rec.Began)
		g.Served(rec.Exchange)
	}
}

func (g *Gateway) handle(w *recorded, r *http.Request) {
	if a := g.serve(w, r); a != nil {
		w.Failed = a.reason
		if g.Refused != nil {
			g.Refused(Refusal{Method: cut(r.Method), Path: cut(r.URL.EscapedPath()), Status: a.status, Reason: a.reason})
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		_ = json.NewEncoder(w).Encode(map[string]string{"message": a.message})
	}
}

func (g *Gateway) serve(w *recorded, r *http.Request) *answer {
	if headerSize(r) > MaxHeader {
		return &answer{http.StatusRequestHeaderFieldsTooLarge, "Request Header Fields Too Large", "request line and headers are over 10,240 bytes"}
	}
	route, params := g.match(r.Method, r.URL.Path)
	if route == nil {
		return &answer{http.StatusNotFound, "Not Found", "no route"}
	}
	w.Route = routeKey(route)
	body, err := readBody(w, r)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &answer{http.StatusRequestEntityTooLarge, "Request Entity Too Large", "the body is over 10 MB"}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &answer{http.StatusRequestTimeout, "Request Timeout", "the body did not arrive in time"}
	case err != nil:
		return &answer{http.StatusBadRequest, "Bad Request", "the body ended early"}
	}
	if g.Refuse != nil {
		if why := g.Refuse(r, body); why != "" {
			return &answer{http.StatusForbidden, "Forbidden", why}
		}
	}
	event, err := encode(g.event(r, w.ID, route, params, body))
	if err != nil {
		return &answer{http.StatusInternalServerError, "Internal Server Error", err.Error()}
	}
	return g.invoke(w, r, route.Function, event)
}

// readBody reads it before the request's time is over. A client that reads its
// answer slower than that has none.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	conn := http.NewResponseController(w)
	if end, ok := r.Context().Deadline(); ok {
		_ = conn.SetReadDeadline(end) // of a connection; a test's recorder has none
		_ = conn.SetWriteDeadline(end.Add(toAnswer))
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err == nil {
		_ = conn.SetReadDeadline(time.Time{}) // the function has the rest of the time
	}
	return body, err
}

// toAnswer is what a client gets to read the answer after the request's time.
const toAnswer = 5 * time.Second

func (g *Gateway) timeout() time.Duration {
	if g.Timeout > 0 {
		return g.Timeout
	}
	return 30 * time.Second
}

func (g *Gateway) invoke(w http.ResponseWriter, r *http.Request, function string, event []byte) *answer {
	res, err := g.Invoke(r.Context(), function, event)
	switch {
	case errors.Is(err, lambda.ErrTooLarge):
		return &answer{http.StatusRequestEntityTooLarge, "Request Entity Too Large", "the event is over Lambda's 6 MB"}
	case errors.Is(err, lambda.ErrThrottled):
		return &answer{http.StatusServiceUnavailable, "Service Unavailable", "the function's concurrency is in use"}
	case errors.Is(err, context.DeadlineExceeded):
		return &answer{http.StatusServiceUnavailable, "Service Unavailable", "the function did not answer in time"}
	case err != nil:
		return &answer{http.StatusInternalServerError, "Internal Server Error", err.Error()}
	case res.Error != "":
		return &answer{http.StatusInternalServerError, "Internal Server Error", "the function failed"}
	}
	if err := reply(w, r, res.Payload); err != nil {
		return &answer{http.StatusInternalServerError, "Internal Server Error", err.Error()}
	}
	return nil
}

// encode writes JSON without escaping HTML, as the gateway does: the size of
// the event decides whether Lambda takes it.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// cut keeps the beginning of what a stranger wrote; a method is a token of HTTP, in ASCII.
func cut(s string) string {
	const longest = 200
	if len(s) <= longest {
		return s
	}
	return s[:longest] + "..."
}

func headerSize(r *http.Request) int {
	n := len(r.Method) + len(r.RequestURI) + len(r.Proto) + 4 + len("Host") + len(r.Host) + 4
	for k, vs := range r.Header {
		for _, v := range vs {
			n += len(k) + len(v) + 4
		}
	}
	return n
}

func (g *Gateway) now() time.Time {
	if g.Now != nil {
		return g.Now()
	}
	return time.Now()
}
