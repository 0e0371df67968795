package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/template"
)

// serve starts a gateway whose function answers with result, and returns what
// the function got.
func serve(t *testing.T, result string, err error) (*httptest.Server, *events.APIGatewayV2HTTPRequest) {
	t.Helper()
	got := &events.APIGatewayV2HTTPRequest{}
	g := &Gateway{
		API: "api", Account: "000000000000", Timeout: 500 * time.Millisecond,
		Routes: []template.Route{{Method: "ANY", Path: "/webhooks/{endpoint}", Function: "Ingest"}},
		Now:    func() time.Time { return time.Date(2026, 11, 22, 9, 8, 7, 0, time.UTC) },
		Invoke: func(ctx context.Context, _ string, payload []byte) (lambda.Result, error) {
			if jerr := json.Unmarshal(payload, got); jerr != nil {
				t.Error(jerr)
			}
			if errors.Is(err, context.DeadlineExceeded) {
				<-ctx.Done()
				return lambda.Result{}, ctx.Err()
			}
			if result == "failed" {
				return lambda.Result{Payload: []byte(`{}`), Error: "Unhandled"}, nil
			}
			return lambda.Result{Payload: []byte(result)}, err
		},
	}
	s := httptest.NewServer(g)
	t.Cleanup(s.Close)
	return s, got
}

// answered is a response whose body has been read.
type answered struct {
	StatusCode int
	Header     http.Header
}

func send(t *testing.T, method, url, body string, header http.Header) (answered, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{res.StatusCode, res.Header}, strings.TrimSpace(string(text))
}

func TestAFunctionGetsTheRequestInPayloadFormat2(t *testing.T) {
	s, got := serve(t, `{"statusCode":200}`, nil)
	send(t, http.MethodPost, s.URL+"/webhooks/default?a=1&a=2", `{"é":"<b>"}`, http.Header{
		"Content-Type": {"application/json; charset=utf-8"}, "Stripe-Signature": {"t=1", "t=2"},
		"Cookie": {"x=1; y=2"}, "User-Agent": {"Stripe/1.0"},
	})
	if got.Headers["stripe-signature"] != "t=1,t=2" || got.Headers["cookie"] != "" || got.Headers["host"] == "" {
		t.Errorf("headers %v", got.Headers)
	}
	if got.Body != `{"é":"<b>"}` || got.IsBase64Encoded {
		t.Errorf("body %q %v", got.Body, got.IsBase64Encoded)
	}
	if len(got.Cookies) != 2 || got.QueryStringParameters["a"] != "1,2" || got.RawQueryString != "a=1&a=2" {
		t.Errorf("cookies %v, query %v", got.Cookies, got.QueryStringParameters)
	}
	rc := got.RequestContext
	if got.Version != "2.0" || got.RouteKey != "ANY /webhooks/{endpoint}" || got.PathParameters["endpoint"] != "default" || got.RawPath != "/webhooks/default" {
		t.Errorf("route %+v", got)
	}
	if rc.HTTP.Method != "POST" || rc.HTTP.SourceIP != "127.0.0.1" || rc.HTTP.UserAgent != "Stripe/1.0" || rc.Stage != "$default" || rc.RequestID == "" {
		t.Errorf("context %+v", rc)
	}
	if rc.Time != "22/Nov/2026:09:08:07 +0000" || rc.TimeEpoch != 1795338487000 {
		t.Errorf("time %s %d", rc.Time, rc.TimeEpoch)
	}
}

func TestABodyThatIsNotTextArrivesAsBase64(t *testing.T) {
	s, got := serve(t, `{"statusCode":200}`, nil)
	for _, c := range []struct {
		kind, body string
		base64     bool
	}{
		{"application/json", "{}", false},
		{"text/plain", "x", false},
		{"application/xml", "<x/>", false},
		{"application/json", "\xff", true},
		{"application/octet-stream", "x", true},
		{"application/x-www-form-urlencoded", "a=b", true},
		{"", "x", true},
		{"", "", false},
	} {
		*got = events.APIGatewayV2HTTPRequest{}
		send(t, http.MethodPost, s.URL+"/webhooks/x", c.body, http.Header{"Content-Type": {c.kind}})
		if got.IsBase64Encoded != c.base64 {
			t.Errorf("%s %q: base64 is %v", c.kind, c.body, got.IsBase64Encoded)
		}
	}
}

func TestAFunctionsResultBecomesTheResponse(t *testing.T) {
	for result, want := range map[string]struct {
		status     int
		body, kind string
	}{
		`{"statusCode":201,"body":"made","headers":{"X-N":1}}`:     {201, "made", "text/plain; charset=utf-8"},
		`{"statusCode":"405","headers":{"content-type":"text/x"}}`: {405, "", "text/x"},
		`{"statusCode":200,"body":"aGk=","isBase64Encoded":true}`:  {200, "hi", "text/plain; charset=utf-8"},
		`{"hello":"you"}`:                       {200, `{"hello":"you"}`, "application/json"},
		`"just text"`:                           {200, `"just text"`, "application/json"},
		`{"statusCode":"many"}`:                 {500, `{"message":"Internal Server Error"}`, "application/json"},
		`{"statusCode":200,"body":{"not":"t"}}`: {500, `{"message":"Internal Server Error"}`, "application/json"},
		`failed`:                                {500, `{"message":"Internal Server Error"}`, "application/json"},
	} {
		t.Run(result, func(t *testing.T) {
			s, _ := serve(t, result, nil)
			res, body := send(t, http.MethodPost, s.URL+"/webhooks/x", "", nil)
			if res.StatusCode != want.status || body != want.body || res.Header.Get("Content-Type") != want.kind {
				t.Errorf("got %d %q %s", res.StatusCode, body, res.Header.Get("Content-Type"))
			}
		})
	}
	s, _ := serve(t, `{"statusCode":200,"cookies":["a=1","b=2"]}`, nil)
	if res, _ := send(t, http.MethodGet, s.URL+"/webhooks/x", "", nil); len(res.Header.Values("Set-Cookie")) != 2 {
		t.Errorf("cookies %v", res.Header)
	}
}

func TestWhatTheGatewayRefusesByItself(t *testing.T) {
	for name, c := range map[string]struct {
		path, body string
		header     http.Header
		err        error
		status     int
		message    string
	}{
		"another path":      {path: "/other", status: 404, message: "Not Found"},
		"no endpoint":       {path: "/webhooks/", status: 404, message: "Not Found"},
		"a deeper path":     {path: "/webhooks/a/b", status: 404, message: "Not Found"},
		"over 10 MB":        {path: "/webhooks/x", body: strings.Repeat("x", MaxBody+1), status: 413, message: "Request Entity Too Large"},
		"over Lambda's":     {path: "/webhooks/x", err: lambda.ErrTooLarge, status: 413, message: "Request Entity Too Large"},
		"headers too large": {path: "/webhooks/x", header: http.Header{"X": {strings.Repeat("x", MaxHeader)}}, status: 431, message: "Request Header Fields Too Large"},
		"throttled":         {path: "/webhooks/x", err: lambda.ErrThrottled, status: 503, message: "Service Unavailable"},
		"too slow":          {path: "/webhooks/x", err: context.DeadlineExceeded, status: 503, message: "Service Unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := serve(t, `{}`, c.err)
			res, body := send(t, http.MethodPost, s.URL+c.path, c.body, c.header)
			if res.StatusCode != c.status || body != `{"message":"`+c.message+`"}` {
				t.Errorf("got %d %s", res.StatusCode, body)
			}
		})
	}
}

func TestRow67RefusedRequestIsNamedInPrintableCharacters(t *testing.T) {
	for raw, want := range map[string]string{
		"/other\x1b[2J\u009b\u202e\n{\"message\":\"request\"}": "/other%1B%5B2J%C2%9B%E2%80%AE%0A%7B%22message%22:%22request%22%7D",
		"/other\xff":                         "/other%FF",
		"/" + strings.Repeat("o", MaxHeader): "/" + strings.Repeat("o", 199) + "...",
	} {
		var got Refusal
		g := &Gateway{Refused: func(r Refusal) { got = r }}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
		r.URL.Path, r.URL.RawPath = raw, raw
		g.ServeHTTP(httptest.NewRecorder(), r)
		if got.Path != want || got.Status == 0 {
			t.Errorf("%q: got %+v, want %q", raw, got, want)
		}
	}
}

func TestTheMostSpecificRouteWins(t *testing.T) {
	g := &Gateway{}
	for _, r := range []string{"ANY $default", "ANY /{all+}", "ANY /a/{b}", "GET /a/{b}", "ANY /a/c"} {
		method, path, _ := strings.Cut(r, " ")
		g.Routes = append(g.Routes, template.Route{Method: method, Path: path, Function: r})
	}
	for request, want := range map[string]string{
		"POST /a/x": "ANY /a/{b}", "GET /a/x": "GET /a/{b}", "GET /a/c": "ANY /a/c", "GET /q/r/s": "ANY /{all+}",
	} {
		method, path, _ := strings.Cut(request, " ")
		if r, _ := g.match(method, path); r == nil || r.Function != want {
			t.Errorf("%s goes to %+v, want %s", request, r, want)
		}
	}
}
