package pages_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/order"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// audited waits for the end of the audit that a form begins.
func (s *site) audited(path string, form url.Values) {
	s.Helper()
	if res, body := s.Submit(path, form); res.StatusCode != http.StatusOK || res.Request.URL.Path != "/state/audit" {
		s.Fatalf("%s: %s at %s\n%s", path, res.Status, res.Request.URL, text(body))
	}
	for end := time.Now().Add(20 * time.Second); strings.Contains(s.get("/state/audit"), "under way"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.Fatal("the audit does not end")
		}
	}
}

func TestAuditFindsAndRepairsWhatARowMisses(t *testing.T) {
	s := open(t)
	s.paid("pi_1", "10482", "eur", 4873)
	before := s.load("pi_1")
	s.event("evt_2", "charge.dispute.created", own, stripetest.Object{"id": "du_1", "object": "dispute", "payment_intent": "pi_1", "charge": "ch_1", "status": "needs_response", "amount": 3873, "currency": "eur"})
	s.audited("/do/audit", url.Values{})
	s.wants("/state/orders", "Last audit", "1 row, 0 differ")
	if res, _ := s.Ask(http.MethodGet, "/do/repair", nil); res.StatusCode != http.StatusConflict {
		t.Errorf("a repair of nothing: %s", res.Status)
	}

	s.write("pi_1", before) // the second event is lost
	s.audited("/do/audit", url.Values{})
	s.wants("/state/orders", "1 row, 1 differ", `differs: disputed is 0, recomputed 3873`, "Repair…")
	s.wants("/state/orders/pi_1", "differs: disputed is 0, recomputed 3873")
	s.wants("/state/audit", "update-order", "missing")
	s.wants("/do/repair", "Add the facts that are missing to 1 row?", "payhooks audit --repair", "orders live/own/order/pi_1", "Repair 1 row")
	if res, body := s.Submit("/do/repair", url.Values{"count": {"2"}}); res.StatusCode != http.StatusConflict || !strings.Contains(body, "1 row is known to miss facts now; 2 when you looked.") {
		t.Errorf("with another number of rows: %s\n%s", res.Status, text(body))
	}
	s.audited("/do/repair", url.Values{"count": {"1"}})
	s.wants("/state/audit", "1 repaired")
	s.wants("/state/orders", "1 row, 0 differ", "disputed 48.73 EUR 48.73 EUR 0.00 EUR 38.73 EUR")
	if page := s.get("/state/orders"); strings.Contains(page, "differs:") {
		t.Error("the row differs still")
	}
}

func TestWhatAnAuditShowsHasNoText(t *testing.T) {
	s := open(t)
	s.paid("pi_1", "Jenny Rosen", "eur", 4873)
	var o order.Order
	if err := json.Unmarshal(s.load("pi_1"), &o); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(o.Forget())
	if err != nil {
		t.Fatal(err)
	}
	s.write("pi_1", data)
	s.audited("/do/audit", url.Values{})
	for _, path := range []string{"/state/audit", "/state/orders"} {
		if page := s.get(path); strings.Contains(page, "Jenny") || !strings.Contains(page, "in what it is computed from") {
			t.Errorf("%s shows %s", path, text(page))
		}
	}
}

func (s *site) load(id string) json.RawMessage {
	s.Helper()
	row, err := s.desk.Memory.Load(s.Context(), order.Table, own.Key(order.Kind, id))
	if err != nil || row.Version == 0 {
		s.Fatal(id, err)
	}
	return row.Data
}

func (s *site) write(id string, data json.RawMessage) {
	s.Helper()
	row, err := s.desk.Memory.Load(s.Context(), order.Table, own.Key(order.Kind, id))
	if err == nil {
		err = s.desk.Memory.Write(s.Context(), event.Write{Table: order.Table, Key: row.Key, Version: row.Version, Data: data, Derived: true})
	}
	if err != nil {
		s.Fatal(err)
	}
}
