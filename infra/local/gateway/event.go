package gateway

import (
	"crypto/rand"
	"encoding/base64"
	"mime"
	"net"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/infra/local/template"
)

// event is what the function gets, in payload format 2.0.
func (g *Gateway) event(r *http.Request, id string, route *template.Route, params map[string]string, body []byte) events.APIGatewayV2HTTPRequest {
	now := g.now().UTC()
	source, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		source = r.RemoteAddr
	}
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: routeKey(route), RawPath: r.URL.Path, RawQueryString: r.URL.RawQuery,
		Headers: g.headers(r, source), Cookies: cookies(r.Header), PathParameters: params,
		QueryStringParameters: joinedQuery(r),
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: routeKey(route), AccountID: g.Account, Stage: "$default", RequestID: id, APIID: g.API,
			DomainName: r.Host, DomainPrefix: g.API,
			Time: now.Format("02/Jan/2006:15:04:05 -0700"), TimeEpoch: now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: source, UserAgent: r.UserAgent(),
			},
		},
	}
	switch {
	case len(body) == 0:
	case isText(r.Header) && utf8.Valid(body):
		e.Body = string(body)
	default:
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return e
}

func (g *Gateway) headers(r *http.Request, source string) map[string]string {
	h := joined(r.Header)
	delete(h, "cookie")
	h["host"] = r.Host
	if r.ContentLength > 0 {
		h["content-length"] = itoa(r.ContentLength)
	}
	if before := h["x-forwarded-for"]; before != "" {
		source = before + ", " + source
	}
	h["x-forwarded-for"], h["x-forwarded-proto"] = source, "http"
	return h
}

func cookies(h http.Header) []string {
	var out []string
	for _, line := range h.Values("Cookie") {
		for part := range strings.SplitSeq(line, ";") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

func joinedQuery(r *http.Request) map[string]string {
	query := r.URL.Query()
	if len(query) == 0 {
		return nil
	}
	out := make(map[string]string, len(query))
	for k, vs := range query {
		out[k] = strings.Join(vs, ",")
	}
	return out
}

// isText reports whether the gateway passes such a body on as text; all else
// is base64. A form is not text to it.
func isText(h http.Header) bool {
	if h.Get("Content-Encoding") != "" {
		return false
	}
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return false
	}
	switch kind {
	case "application/json", "application/javascript", "application/xml":
		return true
	}
	return strings.HasPrefix(kind, "text/")
}

// requestID looks like the gateway's own, 16 characters with a trailing "=".
func requestID() string {
	var b [11]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:]) + "="
}
