package command

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/journal"
)

func october(t *testing.T) journal.Report {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	post := func(id, category, currency string, amount, fee int64, at time.Time) journal.Posting {
		return journal.Post(journal.Transaction{ID: id, Amount: amount, Fee: fee, Net: amount - fee, Currency: currency, Created: at, Category: category, Source: "po_1"}, event.Scope{Livemode: true}, nil)
	}
	// 23:30 UTC is the next day in Berlin, before and after the clocks change.
	return journal.NewReport([]journal.Posting{
		post("txn_1", "charge", "eur", 12050, 379, time.Date(2026, 10, 24, 23, 30, 0, 0, time.UTC)),
		post("txn_2", "charge", "jpy", 500, 18, time.Date(2026, 10, 25, 23, 30, 0, 0, time.UTC)),
		post("txn_3", "payout", "eur", -10000, 0, time.Date(2026, 10, 26, 8, 0, 0, 0, time.UTC)),
	}, nil, "2026-10", berlin)
}

func reportCmd(t *testing.T) (*cobra.Command, *bytes.Buffer) {
	t.Helper()
	cmd, out := &cobra.Command{}, &bytes.Buffer{}
	cmd.SetOut(out)
	return cmd, out
}

func TestReportCSVHasLinePerCurrencyAndDay(t *testing.T) {
	cmd, out := reportCmd(t)
	if err := printReport(cmd, october(t), true); err != nil {
		t.Fatal(err)
	}
	want := `account,livemode,currency,day,opening,revenue,fees,refunds,disputes,other,net,payouts,closing
,true,eur,2026-10-25,0.00,120.50,3.79,0.00,0.00,0.00,116.71,0.00,116.71
,true,eur,2026-10-26,116.71,0.00,0.00,0.00,0.00,0.00,0.00,100.00,16.71
,true,jpy,2026-10-26,0,500,18,0,0,0,482,0,482
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

func TestNoCellOfTheReportIsAFormula(t *testing.T) {
	r := october(t)
	r.Statements[0].Account, r.Statements[0].Currency = "=cmd|' /C calc'!A0,\r\nx", "@eur"
	r.Statements[0].Days[0].Net = -500
	cmd, out := reportCmd(t)
	if err := printReport(cmd, r, true); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(out).ReadAll()
	if err != nil || len(rows) != 4 || rows[1][0] != "'=cmd|' /C calc'!A0, x" || rows[1][2] != "'@eur" || rows[1][10] != "-5.00" {
		t.Errorf("%q, %v", rows, err)
	}
}

func TestAReportForPeopleHasTheTrialBalanceAndThePayouts(t *testing.T) {
	cmd, out := reportCmd(t)
	if err := printReport(cmd, october(t), false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2026-10, Europe/Berlin, EUR, live", "116.71", "TRIAL BALANCE", "stripe_balance", "po_1", "not reconciled by Stripe yet"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestABookThatDoesNotBalanceFailsTheReport(t *testing.T) {
	r := october(t)
	r.Statements[0].Trial[0].Debit++
	cmd, _ := reportCmd(t)
	if err := printReport(cmd, r, true); err == nil || !strings.Contains(err.Error(), "trial balance") {
		t.Errorf("error is %v, want the trial balance", err)
	}
}

func TestAnOddMonthOrZoneIsAUsageError(t *testing.T) {
	now := time.Date(2026, 10, 31, 23, 30, 0, 0, time.UTC)
	for _, tc := range [][2]string{{"2026-13", "UTC"}, {"10/2026", "UTC"}, {"2026-10", "Berlin"}, {"2026-10", "Local"}} {
		if _, _, err := Period(tc[0], tc[1], now); err == nil || cli.ExitCode(err) != 2 {
			t.Errorf("%v: error is %v, want a usage error", tc, err)
		}
	}
	if month, _, err := Period("", "Europe/Berlin", now); month != "2026-11" || err != nil {
		t.Errorf("without a month it is %q, %v; in Berlin it is November already", month, err)
	}
}
