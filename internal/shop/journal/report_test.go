package journal_test

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/journal"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// tx is a transaction without a fee, at a time of RFC 3339.
func tx(id, at, category string, amount int64, source string) journal.Posting {
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	return journal.Post(journal.Transaction{ID: id, Amount: amount, Net: amount, Currency: "eur", Created: when, Category: category, Source: source}, event.Scope{Livemode: true}, nil)
}

func TestDaysAndMonthsAreThoseOfTheZone(t *testing.T) {
	for _, tc := range []struct {
		zone, month, at, day string // no day: another month
	}{
		{"UTC", "2026-10", "2026-10-01T00:00:00Z", "2026-10-01"},
		{"UTC", "2026-10", "2026-09-30T23:59:59Z", ""},
		{"Europe/Berlin", "2026-10", "2026-09-30T21:59:59Z", ""},
		{"Europe/Berlin", "2026-10", "2026-09-30T22:00:00Z", "2026-10-01"},
		{"Europe/Berlin", "2026-10", "2026-10-24T21:59:59Z", "2026-10-24"}, // the day before the clock goes back
		{"Europe/Berlin", "2026-10", "2026-10-24T22:00:00Z", "2026-10-25"}, // of 25 hours
		{"Europe/Berlin", "2026-10", "2026-10-25T00:30:00Z", "2026-10-25"}, // 02:30 for the first time
		{"Europe/Berlin", "2026-10", "2026-10-25T01:30:00Z", "2026-10-25"}, // 02:30 for the second
		{"Europe/Berlin", "2026-10", "2026-10-25T22:59:59Z", "2026-10-25"},
		{"Europe/Berlin", "2026-10", "2026-10-25T23:00:00Z", "2026-10-26"},
		{"Europe/Berlin", "2026-10", "2026-10-31T22:59:59Z", "2026-10-31"},
		{"Europe/Berlin", "2026-10", "2026-10-31T23:00:00Z", ""},
		{"Europe/Berlin", "2026-03", "2026-02-28T23:00:00Z", "2026-03-01"},
		{"Europe/Berlin", "2026-03", "2026-03-28T23:00:00Z", "2026-03-29"}, // of 23 hours
		{"Europe/Berlin", "2026-03", "2026-03-29T21:59:59Z", "2026-03-29"},
		{"Europe/Berlin", "2026-03", "2026-03-29T22:00:00Z", "2026-03-30"},
		{"Europe/Berlin", "2026-03", "2026-03-31T22:00:00Z", ""},
		{"Pacific/Kiritimati", "2026-10", "2026-09-30T10:00:00Z", "2026-10-01"},
		{"America/Los_Angeles", "2026-10", "2026-11-01T06:59:59Z", "2026-10-31"},
	} {
		r := journal.NewReport([]journal.Posting{tx("txn_1", tc.at, "charge", 100, "")}, nil, tc.month, zone(t, tc.zone))
		got := ""
		if len(r.Statements) > 0 && len(r.Statements[0].Days) > 0 {
			got = r.Statements[0].Days[0].Day
		}
		if got != tc.day {
			t.Errorf("%s in %s of %s is on %q, want %q", tc.at, tc.zone, tc.month, got, tc.day)
		}
	}
}

func TestTheMonthCarriesItsBalanceFromDayToDay(t *testing.T) {
	withFee := journal.Post(journal.Transaction{
		ID: "txn_2", Amount: 1000, Fee: 59, Net: 941, Currency: "eur", Category: "charge",
		Created: time.Date(2026, 10, 2, 9, 0, 0, 0, time.UTC),
	}, event.Scope{Livemode: true}, nil)
	r := journal.NewReport([]journal.Posting{
		tx("txn_9", "2026-11-01T00:00:00Z", "charge", 5, ""),
		tx("txn_4", "2026-10-03T10:00:00Z", "dispute", -200, ""),
		withFee,
		tx("txn_1", "2026-09-30T10:00:00Z", "charge", 300, ""),
		tx("txn_3", "2026-10-02T10:00:00Z", "refund", -100, ""),
		tx("txn_5", "2026-10-03T11:00:00Z", "payout", -500, "po_1"),
		tx("txn_6", "2026-10-03T12:00:00Z", "connect_reserved_funds", -40, ""),
	}, nil, "2026-10", time.UTC)
	want := []journal.Statement{{
		Scope: event.Scope{Livemode: true}, Currency: "eur",
		Days: []journal.Line{
			{Day: "2026-10-02", Revenue: 1000, Fees: 59, Refunds: 100, Net: 841, Opening: 300, Closing: 1141},
			{Day: "2026-10-03", Disputes: 200, Other: -40, Net: -240, Payouts: 500, Opening: 1141, Closing: 401},
		},
		Total: journal.Line{Revenue: 1000, Fees: 59, Refunds: 100, Disputes: 200, Other: -40, Net: 601, Payouts: 500, Opening: 300, Closing: 401},
		Trial: []journal.Balance{
			{Account: "bank", Debit: 500},
			{Account: "disputes", Debit: 200},
			{Account: "fees", Debit: 59},
			{Account: "refunds", Debit: 100},
			{Account: "reserves", Debit: 40},
			{Account: "sales", Credit: 1300},
			{Account: "stripe_balance", Debit: 401},
		},
	}}
	if diff := cmp.Diff(want, r.Statements); diff != "" {
		t.Error(diff)
	}
	if !r.Balanced() {
		t.Error("the trial balance is not zero")
	}
}

func TestTwelveMonthsAreTheYearInEveryZoneAndCurrency(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		var ps []journal.Posting
		want := map[string]int64{}
		for i := range rapid.IntRange(0, 30).Draw(t, "n") {
			tx := anyTransaction(fmt.Sprintf("txn_%d", i)).Draw(t, "transaction")
			ps = append(ps, journal.Post(tx, event.Scope{}, nil))
			want[tx.Currency] += tx.Net
		}
		closing := map[string]int64{}
		for month := time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC); month.Year() == 2026 || month.Month() < 3; month = month.AddDate(0, 1, 0) {
			r := journal.NewReport(ps, nil, month.Format("2006-01"), z)
			if !r.Balanced() {
				t.Fatalf("the books of %s do not balance", r.Month)
			}
			for _, s := range r.Statements {
				at := s.Total.Opening
				if at != closing[s.Currency] {
					t.Fatalf("%s opens at %d in %s, the month before closed at %d", r.Month, at, s.Currency, closing[s.Currency])
				}
				for _, d := range s.Days {
					if d.Opening != at {
						t.Fatalf("%s opens at %d, the day before closed at %d", d.Day, d.Opening, at)
					}
					at = d.Closing
				}
				if at != s.Total.Closing {
					t.Fatalf("%s closes at %d, its last day at %d", r.Month, s.Total.Closing, at)
				}
				closing[s.Currency] = at
			}
		}
		for currency, sum := range want {
			if closing[currency] != sum {
				t.Fatalf("the year closes at %d in %s, want the sum of all nets %d", closing[currency], currency, sum)
			}
		}
	})
}

func TestModesAccountsAndCurrenciesAreNeverAddedUp(t *testing.T) {
	one := journal.Transaction{Amount: 100, Net: 100, Currency: "eur", Created: noon, Category: "charge"}
	var ps []journal.Posting
	for i, of := range []event.Scope{{}, {Livemode: true}, {Account: "acct_1", Livemode: true}} {
		for _, currency := range []string{"eur", "jpy"} {
			one.ID, one.Currency = fmt.Sprint("txn_", i, currency), currency
			ps = append(ps, journal.Post(one, of, nil))
		}
	}
	r := journal.NewReport(ps, nil, "2026-10", time.UTC)
	var got []string
	for _, s := range r.Statements {
		got = append(got, fmt.Sprint(s.Account, " ", s.Livemode, " ", s.Currency, " ", s.Total.Revenue))
	}
	want := []string{" true eur 100", " true jpy 100", " false eur 100", " false jpy 100", "acct_1 true eur 100", "acct_1 true jpy 100"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAPayoutReconcilesOrSaysWhyNot(t *testing.T) {
	sent := tx("txn_1", "2026-10-05T00:00:00Z", "payout", -900, "po_1")
	back := tx("txn_2", "2026-10-07T00:00:00Z", "payout_reversal", 900, "po_1")
	row := func(status string, automatic bool, s *journal.Settled) []journal.Payout {
		return []journal.Payout{{Payout: "po_1", Scope: event.Scope{Livemode: true}, Currency: "eur", Amount: 900, At: noon, Automatic: automatic, Status: status, Settles: s}}
	}
	all := &journal.Settled{Transactions: 3, Net: 900}
	for name, tc := range map[string]struct {
		ps            []journal.Posting
		rows          []journal.Payout
		problem, note string
	}{
		"reconciles":               {[]journal.Posting{sent}, row("paid", true, all), "", ""},
		"a transaction is missing": {[]journal.Posting{sent}, row("paid", true, &journal.Settled{Transactions: 2, Net: 650}), "its 2 transactions come to 6.50 EUR, which is 2.50 EUR off", ""},
		"not posted":               {nil, row("paid", true, all), "0.00 EUR are posted to the bank, expected 9.00 EUR", ""},
		"failed and reversed":      {[]journal.Posting{sent, back}, row("failed", true, all), "", "failed and reversed"},
		"failed, not reversed":     {[]journal.Posting{sent}, row("failed", true, all), "failed, and nothing that reverses it is posted yet", ""},
		"too early":                {[]journal.Posting{sent}, row("pending", true, nil), "", "not reconciled by Stripe yet"},
		"manual":                   {[]journal.Posting{sent}, row("paid", false, nil), "", "manual: Stripe does not say what is in it"},
		"only pulled":              {[]journal.Posting{sent}, nil, "", "not reconciled by Stripe yet"},
		"only pulled, and back":    {[]journal.Posting{sent, back}, nil, "", "failed and reversed"},
		"taken from the bank":      {[]journal.Posting{back}, nil, "", "not reconciled by Stripe yet"},
	} {
		got := journal.NewReport(tc.ps, tc.rows, "2026-10", time.UTC).Payouts
		if len(got) != 1 || got[0].Problem != tc.problem || got[0].Note != tc.note {
			t.Errorf("%s: got %+v, want problem %q and note %q", name, got, tc.problem, tc.note)
		}
	}
}
