package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/inventory"
)

func TestStockIsSetAsTheDialogShowsIt(t *testing.T) {
	s := open(t)
	if err := inventory.SetSupply(t.Context(), s.desk.Memory, own, "price_tee", 12); err != nil {
		t.Fatal(err)
	}
	s.wants("/state/stock", "price_tee 12 0 0 12 0 live/own Set…")
	s.wants("/do/stock?item=price_tee&account=own&mode=live", "The supply is 12 now: 12 on hand, 0 committed, 0 reserved", "payhooks stock set price_tee N --account own --mode live")
	form := func(n, was string) url.Values {
		return url.Values{"item": {"price_tee"}, "account": {"own"}, "mode": {"live"}, "was": {was}, "n": {n}}
	}
	if res, body := s.Submit("/do/stock", form("20", "11")); res.StatusCode != http.StatusConflict || !strings.Contains(body, "The supply of price_tee is 12 now; it was 11 when you looked.") {
		t.Errorf("a supply that changed: %s\n%s", res.Status, text(body))
	}
	if res, _ := s.Submit("/do/stock", form("-1", "12")); res.StatusCode != http.StatusBadRequest {
		t.Errorf("less than nothing: %s", res.Status)
	}
	if res, body := s.Submit("/do/stock", form("20", "12")); res.StatusCode != http.StatusOK || res.Request.URL.Path != "/state/stock" {
		t.Errorf("%s at %s\n%s", res.Status, res.Request.URL, text(body))
	}
	s.wants("/state/stock", "price_tee 20 0 0 20 0 live/own")
}

func TestNewItemIsNoMisspeltOne(t *testing.T) {
	s := open(t)
	if err := inventory.SetSupply(t.Context(), s.desk.Memory, event.Scope{}, "price_tee", 3); err != nil {
		t.Fatal(err)
	}
	form := url.Values{"item": {"price_cap"}, "mode": {"test"}, "n": {"5"}, "was": {"0"}}
	if res, body := s.Submit("/do/stock", form); res.StatusCode != http.StatusBadRequest || !strings.Contains(text(body), "o row names item price_cap") {
		t.Errorf("an unknown item: %s\n%s", res.Status, text(body))
	}
	form.Set("new", "1")
	if res, body := s.Submit("/do/stock", form); res.StatusCode != http.StatusOK {
		t.Errorf("a new item: %s\n%s", res.Status, text(body))
	}
	form.Set("item", "price_tee")
	if res, _ := s.Submit("/do/stock", form); res.StatusCode != http.StatusConflict {
		t.Errorf("one that is there: %s", res.Status)
	}
	s.wants("/state/stock", "price_cap 5", "price_tee 3")
	s.wants("/do/stock", "Set the supply of a new item", "payhooks stock set ITEM N --new")
}

func TestItemShowsTheSessionsThatHoldIt(t *testing.T) {
	s := open(t)
	for session, n := range map[string]int64{"cs_test_1": 2, "cs_test_2": 3} {
		if err := inventory.Reserve(t.Context(), s.desk.Memory, own, session, []inventory.Line{{Item: "price/tee", Quantity: n}, {Item: "price_cap", Quantity: 7}}); err != nil {
			t.Fatal(err)
		}
	}
	s.wants("/state/stock", "price/tee 0 5 0 0 0 live/own Set…")
	s.wants("/state/stock/price%2Ftee?account=own&mode=live", "Stock of price/tee", "cs_test_1 2 reserved live/own", "cs_test_2 3 reserved live/own", "2 of 2")
	s.wants("/state/stock/price_none", "No session of these names price_none.")
}
