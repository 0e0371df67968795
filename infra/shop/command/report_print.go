package command

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/safetext"
	"github.com/payhooks/payhooks/internal/shop/journal"
)

// LineColumns are the sums of a day, in the order in which they are printed.
var LineColumns = []string{"opening", "revenue", "fees", "refunds", "disputes", "other", "net", "payouts", "closing"}

// LineCells are the sums of a day, as numbers.
func LineCells(l journal.Line, currency string) []string {
	cells := make([]string, 0, len(LineColumns))
	for _, v := range []int64{l.Opening, l.Revenue, l.Fees, l.Refunds, l.Disputes, l.Other, l.Net, l.Payouts, l.Closing} {
		cells = append(cells, number(v, currency))
	}
	return cells
}

// ReportCSV writes a line per day with postings, with amounts as decimals. No text
// of it is a formula for a spreadsheet; amounts are numbers, also negative ones.
func ReportCSV(w io.Writer, r journal.Report) error {
	out := csv.NewWriter(w)
	_ = out.Write(append([]string{"account", "livemode", "currency", "day"}, LineColumns...)) // Error reports it
	for _, s := range r.Statements {
		for _, d := range s.Days {
			_ = out.Write(append([]string{safetext.Cell(s.Account), strconv.FormatBool(s.Livemode), safetext.Cell(s.Currency), d.Day}, LineCells(d, s.Currency)...))
		}
	}
	out.Flush()
	return out.Error()
}

// reportTables prints for people: the days of each statement, its trial
// balance, and the payouts.
func reportTables(cmd *cobra.Command, r journal.Report) error {
	w := cmd.OutOrStdout()
	if len(r.Statements) == 0 {
		_, err := fmt.Fprintln(w, NoStatement(r))
		return err
	}
	for _, s := range r.Statements {
		if _, err := fmt.Fprintf(w, "%s\n\n", Heading(r, s)); err != nil {
			return err
		}
		if err := statementTable(cmd, s); err != nil {
			return err
		}
		if err := trialTable(cmd, s); err != nil {
			return err
		}
	}
	return payoutTable(cmd, r.Payouts)
}

// NoStatement is said of a report without one.
func NoStatement(r journal.Report) string {
	return fmt.Sprintf("nothing is posted until the end of %s (%s)", r.Month, r.Zone)
}

// Heading says which month, zone, currency, mode and account a statement is of.
func Heading(r journal.Report, s journal.Statement) string {
	parts := []string{r.Month, r.Zone, strings.ToUpper(s.Currency), "test"}
	if s.Livemode {
		parts[3] = "live"
	}
	if s.Account != "" {
		parts = append(parts, s.Account)
	}
	return cli.Line(strings.Join(parts, ", "))
}

func statementTable(cmd *cobra.Command, s journal.Statement) error {
	header := []any{"DAY"}
	for _, c := range LineColumns {
		header = append(header, strings.ToUpper(c))
	}
	out := cli.NewRows(cmd, header...)
	total := s.Total
	total.Day = "month"
	for _, l := range append(s.Days, total) {
		cells := []any{l.Day}
		for _, c := range LineCells(l, s.Currency) {
			cells = append(cells, c)
		}
		if err := out.Add(l, cells...); err != nil {
			return err
		}
	}
	return out.FlushSpaced("")
}

func trialTable(cmd *cobra.Command, s journal.Statement) error {
	out := cli.NewRows(cmd, "TRIAL BALANCE", "DEBIT", "CREDIT")
	var debit, credit int64
	for _, b := range s.Trial {
		if err := out.Add(b, b.Account, side(b.Debit, s.Currency), side(b.Credit, s.Currency)); err != nil {
			return err
		}
		debit, credit = debit+b.Debit, credit+b.Credit
	}
	if err := out.Add(nil, "total", number(debit, s.Currency), number(credit, s.Currency)); err != nil {
		return err
	}
	return out.FlushSpaced("")
}

// PayoutColumns are those of a list of payouts.
var PayoutColumns = []string{"PAYOUT", "AT", "AMOUNT", "CURRENCY", "POSTED", "TRANSACTIONS", "THEIR NET", "RECONCILES"}

// NoPayouts is said of a month without any.
const NoPayouts = "no payouts"

// Verdict says whether a payout reconciles.
func Verdict(p journal.PayoutCheck) string {
	switch {
	case p.Problem != "":
		return "NO: " + p.Problem
	case p.Note != "":
		return p.Note
	}
	return "yes"
}

func payoutTable(cmd *cobra.Command, checks []journal.PayoutCheck) error {
	out := cli.NewRows(cmd, header(PayoutColumns)...)
	for _, p := range checks {
		if err := out.Add(p, p.Payout, cli.Time(p.At), number(p.Amount, p.Currency), strings.ToUpper(p.Currency),
			number(p.Posted, p.Currency), p.Transactions, number(p.Net, p.Currency), Verdict(p)); err != nil {
			return err
		}
	}
	return out.Flush(NoPayouts)
}
