package guard_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/local/guard"
)

func TestRow68GuardsRefuseWhatOtherPagesSend(t *testing.T) {
	type sent struct{ host, origin, site string }
	const api, machine, page = 1, 2, 4
	for s, servedBy := range map[sent]int{
		{host: "localhost:3001"}:        api | machine | page,
		{host: "127.0.0.1:3001"}:        api | machine | page,
		{host: "[::1]:3001"}:            api | machine | page,
		{host: "localhost"}:             api | machine | page,
		{host: "stripe.ngrok.app"}:      api, // a tunnel for real webhooks
		{host: "evil.example:3001"}:     api, // not from a page: see below
		{host: "evil.localhost:3001"}:   api,
		{host: "127.0.0.1.nip.io:3001"}: api,
		{host: "0.0.0.0:3001"}:          api,
		{host: ""}:                      api,

		{"localhost:3001", "", "none"}:                             page, // typed into the address bar
		{"localhost:3001", "http://localhost:3001", "same-origin"}: page,
		{"localhost:3001", "http://localhost:3001", ""}:            page,
		{"localhost:3001", "", "same-origin"}:                      page,
		{"localhost:3001", "http://127.0.0.1:3001", ""}:            0,
		{"localhost:3001", "http://localhost:8080", "same-site"}:   0,
		{"localhost:3001", "", "same-site"}:                        0,
		{"localhost:3001", "", "cross-site"}:                       0,
		{"localhost:3001", "https://evil.example", "cross-site"}:   0,
		{"localhost:3001", "https://evil.example", ""}:             0,
		{"localhost:3001", "null", ""}:                             0,
		{"evil.example:3001", "http://evil.example:3001", ""}:      0,
		{"evil.example:3001", "", "same-origin"}:                   0,
	} {
		for guardOf, with := range map[int]func(http.Handler) http.Handler{api: guard.Programs, machine: guard.Machine, page: guard.Pages} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
			r.Host = s.host
			for name, value := range map[string]string{"Origin": s.origin, "Sec-Fetch-Site": s.site} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			reached := false
			w := httptest.NewRecorder()
			with(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true })).ServeHTTP(w, r)
			if want := servedBy&guardOf != 0; reached != want || (w.Code == http.StatusForbidden) == want {
				t.Errorf("%+v at guard %d: reached %v, status %d", s, guardOf, reached, w.Code)
			}
		}
	}
}

func TestRow68OnlyTheKeyIsTheKey(t *testing.T) {
	for header, want := range map[string]bool{
		"Bearer secret": true, "": false, "Bearer ": false, "Bearer secre": false, "Bearer secret2": false, "secret": false, "Basic secret": false,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Authorization", header)
		if got := guard.Keyed(r, "secret"); got != want {
			t.Errorf("%q: %v", header, got)
		}
		if guard.Keyed(r, "") {
			t.Errorf("%q is taken for an empty key", header)
		}
	}
}

func TestClientsThatStopHalfwayAreDropped(t *testing.T) {
	s := guard.Server(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	if s.ReadHeaderTimeout <= 0 || s.ReadHeaderTimeout > 30*time.Second || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Errorf("a slow client keeps a connection: %+v", s)
	}
}
