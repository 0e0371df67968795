package console_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/console"
)

// paths are of each kind: pages, changes, files, streams and none.
var paths = []string{"/", "/events", "/events/evt_00000", "/help", "/find?q=evt_00000", "/static/console.css", "/live?page=/events", "/nothing"}

func TestOtherNamesAndPagesGetNothing(t *testing.T) {
	s := open(t, 3)
	for _, path := range paths {
		for name, c := range map[string]struct {
			header, value string
			status        int
		}{
			"rebinding":    {"Host", "evil.example:3001", http.StatusMisdirectedRequest},
			"subdomain":    {"Host", "evil.localhost", http.StatusMisdirectedRequest},
			"any address":  {"Host", "0.0.0.0:3001", http.StatusMisdirectedRequest},
			"other origin": {"Origin", "https://evil.example", http.StatusForbidden},
			"other port":   {"Origin", "http://localhost:3000", http.StatusForbidden},
			"opaque":       {"Origin", "null", http.StatusForbidden},
			"cross-site":   {"Sec-Fetch-Site", "cross-site", http.StatusForbidden},
			"same-site":    {"Sec-Fetch-Site", "same-site", http.StatusForbidden},
		} {
			if res, body := s.Ask(http.MethodGet, path, nil, c.header, c.value); res.StatusCode != c.status || len(body) > 200 {
				t.Errorf("%s: %s %s: %d", name, http.MethodGet, path, res.StatusCode)
			}
		}
	}
}

func TestEveryAnswerHasThePolicy(t *testing.T) {
	s := open(t, 3)
	for _, path := range paths {
		if path == "/live?page=/events" {
			continue // it does not end
		}
		res, _ := s.Ask(http.MethodGet, path, nil)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
}

func TestAChangeNeedsTheTokenOfItsSession(t *testing.T) {
	s, other := open(t, 3), open(t, 3)
	theirs := other.Token()
	mine := s.Token()
	for name, form := range map[string]url.Values{"none": {}, "another session's": {"token": {theirs}}, "a part": {"token": {mine[:10]}}} {
		for _, path := range []string{"/prefs", "/events/evt_00000/whole"} {
			if res, _ := s.Ask(http.MethodPost, path, form); res.StatusCode != http.StatusForbidden {
				t.Errorf("%s with %s: %s", path, name, res.Status)
			}
		}
	}
	if res, _ := s.Ask(http.MethodPost, "/prefs", url.Values{"token": {mine}, "theme": {"dark"}, "back": {"/events"}}); res.StatusCode != http.StatusOK || res.Request.URL.Path != "/events" {
		t.Errorf("with its token: %s of %s", res.Status, res.Request.URL)
	}
	if res, _ := s.Ask(http.MethodPost, "/prefs", url.Values{"token": {mine}, "back": {"/events"}}, "Origin", "null", "Sec-Fetch-Site", "same-origin"); res.StatusCode != http.StatusOK {
		t.Errorf("as a browser sends a form without referrer: %s", res.Status)
	}
	if res, _ := s.Ask(http.MethodPost, "/prefs", url.Values{"token": {mine}}, "Origin", "null", "Sec-Fetch-Site", "cross-site"); res.StatusCode != http.StatusForbidden {
		t.Errorf("from a sandboxed frame: %s", res.Status)
	}
	if res, _ := s.Ask(http.MethodPost, "/prefs", url.Values{"token": {mine}}, "Origin", "https://evil.example"); res.StatusCode != http.StatusForbidden {
		t.Errorf("from another origin: %s", res.Status)
	}
}

func TestADeployedStackIsShownToWhomeverHasTheKey(t *testing.T) {
	s := open(t, 3, func(c *console.Config) { c.Key, c.Mode = "K3Y", console.Live })
	for _, path := range append(paths, "/?key=", "/?key=K3") {
		if res, _ := s.Ask(http.MethodGet, path, nil); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s without the key: %s", path, res.Status)
		}
	}
	if res, _ := s.Ask(http.MethodGet, "/?key=K3Y", nil); res.StatusCode != http.StatusOK || res.Request.URL.RawQuery != "" {
		t.Errorf("with the key: %s at %s", res.Status, res.Request.URL)
	}
	s.Page("/events")
}

func TestSignedBytesAreGivenOutOnRequest(t *testing.T) {
	var log bytes.Buffer
	s := open(t, 1, func(c *console.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	if res, _ := s.Ask(http.MethodPost, "/events/evt_00000/bytes", url.Values{}); res.StatusCode != http.StatusForbidden {
		t.Errorf("without a token: %s", res.Status)
	}
	res, body := s.Submit("/events/evt_00000/bytes", nil)
	if res.StatusCode != http.StatusOK || body != "{}" || !strings.Contains(res.Header.Get("Content-Disposition"), "evt_00000.json") || !strings.Contains(log.String(), "evt_00000") {
		t.Errorf("%s %q %s", res.Status, body, log.String())
	}
}
