package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/console/consoletest"
	"github.com/payhooks/payhooks/internal/event"
)

func TestASearchReadsThePayloadsThatTheListSelects(t *testing.T) {
	s := open(t, 0)
	for id, body := range map[string]string{"evt_1": `{"email":"Jenny@example.com"}`, "evt_2": `{"email":"other@example.com"}`, "evt_3": `{"note":"jenny@example.com"}`} {
		kind := "charge.succeeded"
		if id == "evt_3" {
			kind = "invoice.paid"
		}
		f := event.Facts{ID: id, Type: kind, Received: time.Now()}
		if _, err := s.desk.Memory.Put(t.Context(), event.Event{Facts: f, Body: []byte(body)}, time.Now().AddDate(1, 0, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if page := s.Page("/events?type=charge.*"); !strings.Contains(page, `href="/do/search?type=charge.%2A"`) {
		t.Error(consoletest.Main(page))
	}
	form, text := s.dialog("/do/search", url.Values{"type": {"charge.*"}})
	has(t, text, "Search in 2 payloads?", "2 requests, about 2 read units", "Nothing is changed")
	res, text := s.send("/do/search", form)
	if has(t, text, "Type what to look for."); res.StatusCode != http.StatusConflict {
		t.Error(res.Status)
	}
	form.Set("text", "jenny@EXAMPLE")
	res, _ = s.send("/do/search", form)
	text = s.ends(res)
	if has(t, text, "2 of 2 payloads searched.", "Found in 1 event.", "evt_1"); strings.Contains(text, "jenny") {
		t.Error(text)
	}
}
