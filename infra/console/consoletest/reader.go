// Package consoletest reads the pages of a console as a browser without script does.
package consoletest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/console"
)

// Reader has one session of a console that it serves.
type Reader struct {
	*testing.T
	URL    string
	Client http.Client
}

// Open serves the console until the test ends.
func Open(t *testing.T, c *console.Console) *Reader {
	t.Helper()
	srv := httptest.NewServer(c)
	t.Cleanup(func() { c.Close(); srv.Close() })
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Reader{T: t, URL: srv.URL, Client: http.Client{Jar: jar}}
}

// Answer is a response whose body is read.
type Answer struct {
	Status     string
	StatusCode int
	Header     http.Header
	Request    *http.Request // the last, behind any redirect
}

// Ask sends a request, with headers as name and value.
func (r *Reader) Ask(method, path string, form url.Values, headers ...string) (Answer, string) {
	r.Helper()
	req, err := http.NewRequestWithContext(r.Context(), method, r.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		if req.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	res, err := r.Client.Do(req)
	if err != nil {
		r.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		r.Fatal(err)
	}
	return Answer{res.Status, res.StatusCode, res.Header, res.Request}, string(body)
}

// Page is a page that must be there.
func (r *Reader) Page(path string) string {
	r.Helper()
	res, body := r.Ask(http.MethodGet, path, nil)
	if res.StatusCode != http.StatusOK {
		r.Fatalf("%s: %s\n%s", path, res.Status, Main(body))
	}
	return body
}

// Submit sends a form of the session.
func (r *Reader) Submit(path string, form url.Values) (Answer, string) {
	r.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("token", r.Token())
	return r.Ask(http.MethodPost, path, form)
}

var token = regexp.MustCompile(`name="token" value="([0-9a-f]+)"`)

// Token is that of the session's forms.
func (r *Reader) Token() string {
	r.Helper()
	m := token.FindStringSubmatch(r.Page("/help"))
	if m == nil {
		r.Fatal("the page has no form")
	}
	return m[1]
}

// Main is a page without its frame.
func Main(body string) string {
	_, rest, _ := strings.Cut(body, `<main id="main"`)
	text, _, _ := strings.Cut(rest, "</main>")
	return text
}
