package pages_test

import (
	"encoding/json"
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/journal"
)

func (s *site) posted(id, category, currency string, amount, fee int64, at time.Time) {
	s.Helper()
	p := journal.Post(journal.Transaction{ID: id, Amount: amount, Fee: fee, Net: amount - fee, Currency: currency, Created: at, Category: category, Source: "ch_1"}, own, nil)
	s.posting(p)
}

func (s *site) posting(p journal.Posting) {
	s.Helper()
	data, err := json.Marshal(p)
	if err == nil {
		err = s.desk.Memory.Write(s.Context(), event.Write{Table: journal.Table, Key: own.Key(journal.Kind, p.Fact), Data: data})
	}
	if err != nil {
		s.Fatal(err)
	}
}

// In the night of 25 October 2026 Berlin has the hour from 2 to 3 twice.
func TestReportHasTheDaysOfTheZone(t *testing.T) {
	s := open(t)
	s.posted("txn_1", "charge", "eur", 12050, 379, time.Date(2026, 10, 24, 22, 30, 0, 0, time.UTC)) // 00:30 in Berlin
	s.posted("txn_2", "charge", "eur", 1000, 30, time.Date(2026, 10, 25, 22, 30, 0, 0, time.UTC))   // 23:30 in Berlin
	s.posted("txn_3", "charge", "eur", 2000, 60, time.Date(2026, 10, 25, 23, 30, 0, 0, time.UTC))   // 00:30 the next day
	s.posted("txn_4", "charge", "jpy", 500, 18, time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC))
	s.posted("txn_5", "refund", "kwd", -5000, 0, time.Date(2026, 10, 6, 12, 0, 0, 0, time.UTC))
	s.wants("/state/report?month=2026-10&zone=Europe/Berlin", "October 2026 · Europe/Berlin", "2026-10, Europe/Berlin, EUR, live",
		"2026-10-25 0.00 130.50 4.09 0.00 0.00 0.00 126.41 0.00 126.41 2026-10-26 126.41 20.00 0.60 0.00 0.00 0.00 19.40 0.00 145.81 month",
		"2026-10-05 0 500 18 0 0 0 482 0 482", "2026-10-06 0.000 0.000 0.000 5.000 0.000 0.000 -5.000 0.000 -5.000", "total 150.50 150.50", "no payouts",
		"Revenue by day. Last 20.00 EUR, lowest 0.00 EUR, highest 130.50 EUR.")
	s.wants("/state/report?month=2026-10", "2026-10-24 0.00 120.50", "2026-10-25 116.71 30.00")
	s.wants("/state/journal?since=2026-10-25", "25 Oct 2026, 23:30:00 txn_3 stripe_balance 19.40 EUR", "2 of 2, of 5 read")

	page := s.get("/state/report?month=2026-10&zone=Europe/Berlin")
	var chart struct {
		X      []int64
		Series []struct {
			Name, Unit string
			Values     []float64
		}
	}
	if err := json.Unmarshal([]byte(html.UnescapeString(between(page, `data-chart="`, `"`))), &chart); err != nil || len(chart.Series) != 1 {
		t.Fatal(chart, err)
	}
	days := chart.Series[0]
	if len(chart.X) != 26 || len(days.Values) != 26 || days.Values[24] != 130.5 || days.Values[25] != 20 || days.Unit != "EUR" || chart.X[25]-chart.X[24] != 25*3600 {
		t.Errorf("the chart has %+v", chart)
	}
}

func TestReportIsKeptAsTheCommandPrintsIt(t *testing.T) {
	s := open(t)
	s.posted("txn_1", "charge", "eur", 12050, 379, time.Date(2026, 10, 24, 23, 30, 0, 0, time.UTC))
	s.posted("txn_2", "refund", "=cmd()", -500, 0, time.Date(2026, 10, 25, 12, 0, 0, 0, time.UTC))
	res, body := s.Ask(http.MethodGet, "/state/report.csv?month=2026-10&zone=Europe/Berlin", nil)
	want := `account,livemode,currency,day,opening,revenue,fees,refunds,disputes,other,net,payouts,closing
,true,'=cmd(),2026-10-25,0.00,0.00,0.00,5.00,0.00,0.00,-5.00,0.00,-5.00
,true,eur,2026-10-25,0.00,120.50,3.79,0.00,0.00,0.00,116.71,0.00,116.71
`
	if body != want || res.Header.Get("Content-Type") != "text/csv; charset=utf-8" || res.Header.Get("Content-Disposition") != "attachment; filename=report-2026-10.csv" {
		t.Errorf("%v\n%s\nwant\n%s", res.Header, body, want)
	}
}

func TestUnbalancedBookIsTheBanner(t *testing.T) {
	s := open(t)
	at := time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)
	s.posted("txn_1", "charge", "eur", 12050, 379, at)
	if page := s.get("/state/report?month=2026-10"); strings.Contains(page, `class="banner"`) {
		t.Error("a balanced book has a banner")
	}
	bad := journal.Post(journal.Transaction{ID: "txn_2", Amount: 100, Net: 100, Currency: "usd", Created: at, Category: "charge"}, own, nil)
	bad.Entries[0].Debit = 1
	s.posting(bad)
	s.wants("/state/report?month=2026-10&again=1", "The trial balance is not zero in USD: a row of the journal was changed.")
}
