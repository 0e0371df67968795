package pages

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/internal/money"
	"github.com/payhooks/payhooks/internal/shop/journal"
)

var reportBody = parse("report.html")

// reportData is a month of the books.
type reportData struct {
	state
	journal.Report
	Statements  []statement
	Payouts     []payout
	Columns     []string // of days
	PayoutNames []string
	Months      []string
	Balanced    bool
	Unbalanced  []string // currencies
	None        string
	CSV         string
	Reading     bool
	Seen        int64
	At          time.Time
	Command     string
}

// statement is a month of one account, mode and currency.
type statement struct {
	Heading string
	Days    [][]string // the last is the month
	Trial   [][3]string
	Chart   *chart
}

// payout is a line of those of the month.
type payout struct {
	journal.PayoutCheck
	Money, PostedMoney, NetMoney, Verdict string
}

func (s *Shop) showReport(r *console.Request) (console.View, error) {
	v := console.View{Title: "Report", Body: reportBody, Charts: true}
	report, ps, month, where, err := s.report(r)
	if err != nil {
		return v, err
	}
	q := url.Values{"month": {month}, "zone": {where.String()}}
	d := reportData{
		state: s.state(r, "Report"), Report: report, Columns: columnsOf(append([]string{"DAY"}, upper(command.LineColumns)...)), PayoutNames: columnsOf(command.PayoutColumns),
		Months: months(ps.Rows, where, month), Balanced: report.Balanced(), CSV: "/state/report.csv?" + q.Encode(), Reading: ps.Reading, Seen: ps.Seen, At: ps.At,
		Command: r.Console().Command("report", "--month", month, "--zone", where.String()),
	}
	for _, one := range report.Statements {
		d.add(one, where)
	}
	for _, p := range report.Payouts {
		d.Payouts = append(d.Payouts, payout{p, amount(p.Amount, p.Currency), amount(p.Posted, p.Currency), amount(p.Net, p.Currency), command.Verdict(p)})
	}
	if len(d.Statements) == 0 {
		d.None = command.NoStatement(report)
	}
	v.Data, v.Live = d, d.Reading || d.Audit.Running
	return v, nil
}

// report reads the books and makes the month's report of them.
func (s *Shop) report(r *console.Request) (report journal.Report, ps result[journal.Posting], month string, where *time.Location, err error) {
	q, err := r.Params("month", "zone", "again")
	if err != nil {
		return report, ps, "", nil, err
	}
	zone := q.Get("zone")
	if zone == "" {
		zone = "UTC"
	}
	if month, where, err = command.Period(q.Get("month"), zone, time.Now()); err != nil {
		return report, ps, "", nil, err
	}
	if ps, err = s.postings.get(r); err != nil {
		return report, ps, "", nil, err
	}
	payouts, err := s.payouts.get(r)
	return journal.NewReport(ps.Rows, payouts.Rows, month, where), ps, month, where, err
}

// downloadReport sends what payhooks report --csv prints.
func (s *Shop) downloadReport(r *console.Request) (console.View, error) {
	v := console.View{Title: "Report"}
	report, ps, month, _, err := s.report(r)
	if err != nil {
		return v, err
	}
	if ps.Reading && ps.At.IsZero() {
		return v, console.Refused(http.StatusServiceUnavailable, fmt.Sprintf("The journal is being read: %d rows so far.", ps.Seen), "Download it in a moment.")
	}
	var out bytes.Buffer
	if err := command.ReportCSV(&out, report); err != nil {
		return v, err
	}
	v.File = &console.File{Name: "report-" + month + ".csv", Type: "text/csv; charset=utf-8", Body: out.Bytes()}
	return v, nil
}

func (d *reportData) add(s journal.Statement, where *time.Location) {
	one := statement{Heading: command.Heading(d.Report, s), Chart: revenue(s, where)}
	total := s.Total
	total.Day = "month"
	for _, l := range append(slices.Clone(s.Days), total) {
		one.Days = append(one.Days, append([]string{l.Day}, command.LineCells(l, s.Currency)...))
	}
	number := func(n int64) string { return money.Amount{Minor: n, Currency: s.Currency}.Number() }
	var debit, credit int64
	for _, b := range s.Trial {
		line := [3]string{b.Account}
		if b.Debit != 0 {
			line[1] = number(b.Debit)
		}
		if b.Credit != 0 {
			line[2] = number(b.Credit)
		}
		one.Trial = append(one.Trial, line)
		debit, credit = debit+b.Debit, credit+b.Credit
	}
	if one.Trial = append(one.Trial, [3]string{"total", number(debit), number(credit)}); debit != credit {
		d.Unbalanced = append(d.Unbalanced, money.Amount{Currency: s.Currency}.Code())
	}
	d.Statements = append(d.Statements, one)
}

// chart is revenue by day, as the script draws it, and what it says in words.
type chart struct {
	Data    string
	Caption string
}

// revenue has a point for each day of the month until its last with a posting: a day
// without one is nothing sold.
func revenue(s journal.Statement, where *time.Location) *chart {
	if len(s.Days) < 2 {
		return nil
	}
	byDay := map[string]int64{}
	for _, l := range s.Days {
		byDay[l.Day] = l.Revenue
	}
	last := s.Days[len(s.Days)-1].Day
	unit := money.Amount{Currency: s.Currency}
	scale := math.Pow10(unit.Decimals())
	var x []int64
	var values []float64
	low, high := int64(math.MaxInt64), int64(math.MinInt64)
	first, err := time.ParseInLocation(time.DateOnly, last[:len("2006-01")]+"-01", where)
	if err != nil {
		return nil
	}
	for at := first; at.Format(time.DateOnly) <= last; at = at.AddDate(0, 0, 1) {
		n := byDay[at.Format(time.DateOnly)]
		x, values = append(x, at.Unix()), append(values, float64(n)/scale)
		low, high = min(low, n), max(high, n)
	}
	data, err := json.Marshal(map[string]any{"x": x, "series": []any{map[string]any{"name": "Revenue", "values": values, "unit": unit.Code()}}})
	if err != nil {
		return nil
	}
	return &chart{string(data), fmt.Sprintf("Revenue by day. Last %s, lowest %s, highest %s.", amount(byDay[last], s.Currency), amount(low, s.Currency), amount(high, s.Currency))}
}

// months are those that the journal has postings of, the newest first, with the one that
// is shown.
func months(ps []journal.Posting, where *time.Location, shown string) []string {
	known := map[string]bool{shown: true, time.Now().In(where).Format("2006-01"): true}
	for _, p := range ps {
		known[p.At.In(where).Format("2006-01")] = true
	}
	all := make([]string, 0, len(known))
	for m := range known {
		all = append(all, m)
	}
	slices.Sort(all)
	slices.Reverse(all)
	return all
}

// MonthName is October 2026.
func (d reportData) MonthName() string {
	t, err := time.Parse("2006-01", d.Month)
	if err != nil {
		return strconv.Quote(d.Month)
	}
	return t.Format("January 2006")
}
