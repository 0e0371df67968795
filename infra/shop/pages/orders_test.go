package pages_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/order"
	"github.com/payhooks/payhooks/internal/stripetest"
)

func TestEmptyListsSayWhatTheCommandsSay(t *testing.T) {
	s := open(t)
	for path, want := range map[string]string{
		"orders": "no orders", "access": "no access", "stock": "no stock", "holds": "no holds", "journal": "nothing is posted",
		"report?month=2026-10": "nothing is posted until the end of 2026-10 (UTC)", "audit": "No audit by this console yet",
	} {
		s.wants("/state/"+path, want)
	}
}

func TestOrdersHaveExactAmountsOfTheirCurrencies(t *testing.T) {
	s := open(t)
	for id, c := range map[string]struct {
		currency string
		amount   int64
		want     string
	}{"pi_jpy": {"jpy", 4873, "4873 JPY"}, "pi_kwd": {"kwd", 5120, "5.120 KWD"}, "pi_isk": {"isk", 50000, "500 ISK"}, "pi_eur": {"eur", 4873, "48.73 EUR"}, "pi_zero": {"eur", 0, "0.00 EUR"}} {
		s.paid(id, "", c.currency, c.amount)
		s.wants("/state/orders?account=own", id+" paid "+c.want+" "+c.want)
		s.wants("/state/orders/"+id+"?mode=live", "Paid "+c.want, "payment_intent.succeeded order "+id+" paid "+c.want)
	}
	s.wants("/state/orders?minor=true", "pi_isk paid 50000 50000 0 0 0 live/own isk")
}

func TestOrderIsFoundByItsReferenceOnly(t *testing.T) {
	s := open(t)
	s.paid("pi_1", "10482", "eur", 4873)
	s.paid("pi_2", "#77", "eur", 100)
	for q, want := range map[string]string{"%2310482": "/state/orders/pi_1", "10482": "/state/orders/pi_1", "%2377": "/state/orders/pi_2"} {
		if res, body := s.Ask(http.MethodGet, "/find?q="+q, nil); res.Request.URL.Path != want || res.StatusCode != http.StatusOK {
			t.Errorf("%s leads to %s: %s\n%s", q, res.Request.URL, res.Status, text(body))
		}
	}
	if res, body := s.Ask(http.MethodGet, "/find?q=1048", nil); res.StatusCode != http.StatusNotFound || !strings.Contains(body, "No event, object or order reference is 1048 in memory.") {
		t.Errorf("a part of a reference: %s\n%s", res.Status, text(body))
	}
	s.wants("/timeline/pi_1", "order #10482 , paid", "order #10482 paid 48.73 EUR")
}

func TestOrderShowsTheEventsThatMadeIt(t *testing.T) {
	s := open(t)
	s.paid("pi_1", "10482", "eur", 4873)
	s.event("evt_dispute", "charge.dispute.created", own, stripetest.Object{"id": "du_1", "object": "dispute", "payment_intent": "pi_1", "charge": "ch_1", "status": "needs_response", "amount": 3873, "currency": "eur"})
	s.wants("/state/orders/pi_1", "Made by 2 events", "charge.dispute.created 38.73 EUR of order #10482 disputed", "order #10482 paid 48.73 EUR", "Disputed 38.73 EUR", "Reference 10482")
	if res, _ := s.Ask(http.MethodGet, "/state/orders/pi_1?mode=test", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("an order of the other mode: %s", res.Status)
	}
}

func TestListsHavePagesAndFilters(t *testing.T) {
	s := open(t)
	for i := range 60 {
		s.row(own, order.Order{Order: fmt.Sprintf("pi_%03d", i), Status: "paid", Currency: "eur", Amount: 100})
	}
	s.row(event.Scope{}, order.Order{Order: "pi_test", Status: "paid", Currency: "eur"})
	page := s.get("/state/orders")
	if n := strings.Count(page, `<tr class="row"`); n != 50 || !strings.Contains(text(page), "50 of 61") {
		t.Errorf("%d rows: %s", n, text(page))
	}
	next := html.UnescapeString(between(page, `rel="next" href="`, `"`))
	if rest := s.get(next); strings.Count(rest, `<tr class="row"`) != 11 || strings.Contains(rest, "row-pi_049") || !strings.Contains(rest, "row-pi_050") {
		t.Errorf("%s has %s", next, text(rest))
	}
	s.wants("/state/orders?mode=test", "pi_test", "1 of 1, of 61 read")
	for _, path := range []string{"orders?mdoe=test", "orders?mode=dev", "orders?since=7d", "journal?since=tomorrow", "orders?minor=yes", "report?month=10-2026", "report?zone=Nowhere"} {
		if res, body := s.Ask(http.MethodGet, "/state/"+path, nil); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s\n%s", path, res.Status, text(body))
		}
	}
}

func TestHostileTextsOfOrdersAreText(t *testing.T) {
	s := open(t)
	for i, bad := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `javascript:alert(1)`, `{{.}}`, "a\u202eb", strings.Repeat("x", 10_000)} {
		s.row(own, order.Order{Order: "pi_" + fmt.Sprint(i) + bad[:min(len(bad), 40)], Reference: bad, Status: bad, Currency: bad})
	}
	page := s.get("/state/orders")
	for _, never := range []string{"<script>alert", "<img", "\u202e", `href="javascript`} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	if _, body := s.Ask(http.MethodGet, "/state/orders/%3Cscript%3E", nil); strings.Contains(body, "<script>alert") || strings.Contains(body, "order <script>") {
		t.Error("an id of the address is markup")
	}
}

// row writes a row of orders as the action would have.
func (s *site) row(scope event.Scope, o order.Order) {
	s.Helper()
	o.Scope = scope
	o.Facts.Client.Is = o.Reference
	o.Facts.Intent = order.Intent{Known: true, Succeeded: true, Received: o.Amount}
	data, err := json.Marshal(o)
	if err == nil {
		err = s.desk.Memory.Write(s.Context(), event.Write{Table: order.Table, Key: scope.Key(order.Kind, o.Order), Data: data})
	}
	if err != nil {
		s.Fatal(err)
	}
}

func between(s, a, b string) string {
	_, rest, _ := strings.Cut(s, a)
	found, _, _ := strings.Cut(rest, b)
	return found
}
