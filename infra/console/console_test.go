package console_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
	"github.com/payhooks/payhooks/internal/status"
)

// site is a console of a stack in memory, and a browser without script.
type site struct {
	*testing.T
	desk *operatortest.Desk
	url  string
	hook atomic.Pointer[memory.Hook]
	late atomic.Int64 // how much the clock is ahead
	http.Client
}

// open serves a stack with n done events; set changes what is shown.
func open(t *testing.T, n int, set ...func(*console.Config)) *site {
	t.Helper()
	d := operatortest.New(t, time.Now, n)
	s := &site{T: t, desk: d}
	d.Memory.Fault = func(op memory.Op) memory.Fault { // pages are read while a test sets another
		if hook := s.hook.Load(); hook != nil && *hook != nil {
			return (*hook)(op)
		}
		return memory.Fault{}
	}
	cfg := console.Config{
		Operator: d.Operator, Region: "eu-central-1", Mode: console.Local, Now: func() time.Time { return time.Now().Add(time.Duration(s.late.Load())) },
		Sources: status.Sources{Store: d.Store, Ledger: d.Ledger, Quarantine: d.Quarantine, Bus: d.Bus, DeadLetters: d.DeadLetters, Now: time.Now},
	}
	for _, f := range set {
		f(&cfg)
	}
	c := console.New(cfg)
	srv := httptest.NewServer(c)
	t.Cleanup(func() { c.Close(); srv.Close() })
	s.url = srv.URL
	s.Jar, _ = cookiejar.New(nil)
	return s
}

// fault orders faults from now on; nil orders none.
func (s *site) fault(hook memory.Hook) { s.hook.Store(&hook) }

// request sends one, with headers as name and value.
func (s *site) request(method, path string, form url.Values, headers ...string) (answer, string) {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		s.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		if req.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	res, err := s.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	return answer{res.Status, res.StatusCode, res.Header, res.Request}, string(body)
}

// answer is a response whose body has been read.
type answer struct {
	Status     string
	StatusCode int
	Header     http.Header
	Request    *http.Request // the last, behind any redirect
}

// get is a page that must be there.
func (s *site) get(path string) string {
	s.Helper()
	res, body := s.request(http.MethodGet, path, nil)
	if res.StatusCode != http.StatusOK {
		s.Fatalf("%s: %s\n%s", path, res.Status, main(body))
	}
	return body
}

// post sends a form of the page before.
func (s *site) post(path string, form url.Values) (answer, string) {
	s.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("token", tokens.FindStringSubmatch(s.get("/help"))[1])
	return s.request(http.MethodPost, path, form)
}

var tokens = regexp.MustCompile(`name="token" value="([0-9a-f]+)"`)

// main is a page without its frame.
func main(body string) string {
	_, rest, _ := strings.Cut(body, `<main id="main"`)
	text, _, _ := strings.Cut(rest, "</main>")
	return text
}

// put stores an event that the action has.
func (s *site) put(f event.Facts, subscribers ...string) {
	s.Helper()
	if f.Received.IsZero() {
		f.Received = time.Now()
	}
	s.desk.Put(f, time.Now().AddDate(1, 0, 0), subscribers...)
}

func TestNoCharacterHidesInAPage(t *testing.T) {
	s := open(t, 0)
	s.put(event.Facts{ID: "evt_1", Type: "charge.\u202edeedeccus", Object: "ch_\u2066\u200b1"}, operatortest.Receipts)
	for _, path := range []string{"/events", "/events/evt_1"} {
		body := s.get(path)
		if strings.ContainsAny(body, "\u202e\u2066\u200b") || !strings.Contains(body, `charge.\u202edeedeccus`) {
			t.Errorf("%s: %s", path, main(body))
		}
	}
}
