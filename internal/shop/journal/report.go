package journal

import (
	"cmp"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Report is the books of one month.
type Report struct {
	Month      string        `json:"month"` // 2026-10
	Zone       string        `json:"zone"`  // whose midnight begins a day
	Statements []Statement   `json:"statements"`
	Payouts    []PayoutCheck `json:"payouts"`
}

// Statement is the month of one account and mode in one currency.
type Statement struct {
	event.Scope
	Currency string    `json:"currency"`
	Days     []Line    `json:"days"` // those with postings
	Total    Line      `json:"total"`
	Trial    []Balance `json:"trial_balance"` // of all postings until the month's end
}

// Line is a day or the whole month. Revenue less fees, refunds and disputes,
// with all else that moved, is the net; the opening balance with the net less
// the payouts is the closing balance.
type Line struct {
	Day      string `json:"day,omitempty"` // empty for the month
	Revenue  int64  `json:"revenue"`
	Fees     int64  `json:"fees"`
	Refunds  int64  `json:"refunds"`
	Disputes int64  `json:"disputes"`
	Other    int64  `json:"other"` // transfers, reserves, taxes, adjustments, …: positive for money that came
	Net      int64  `json:"net"`
	Payouts  int64  `json:"payouts"` // to the bank, less what came from there
	Opening  int64  `json:"opening"`
	Closing  int64  `json:"closing"`
}

// Balance is what one account stands at, on the side where it does.
type Balance struct {
	Account string `json:"account"`
	Debit   int64  `json:"debit"`
	Credit  int64  `json:"credit"`
}

// NewReport makes the report of a month, given as 2026-10. The month and its
// days are those of the zone's calendar, however long its days are.
func NewReport(ps []Posting, payouts []Payout, month string, zone *time.Location) Report {
	ps = slices.Clone(ps)
	slices.SortFunc(ps, func(a, b Posting) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Fact, b.Fact)) })
	r := Report{Month: month, Zone: zone.String(), Statements: []Statement{}, Payouts: checkPayouts(ps, payouts, month, zone)}
	for _, p := range ps {
		if day := p.At.In(zone).Format(time.DateOnly); day[:len(month)] <= month {
			r.statement(p).add(p, day, month)
		}
	}
	for i := range r.Statements {
		r.Statements[i].close()
	}
	slices.SortFunc(r.Statements, func(a, b Statement) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Mode(), b.Mode()), cmp.Compare(a.Currency, b.Currency))
	})
	return r
}

// Balanced reports whether every trial balance is zero.
func (r Report) Balanced() bool {
	for _, s := range r.Statements {
		var sum int64
		for _, b := range s.Trial {
			sum += b.Debit - b.Credit
		}
		if sum != 0 {
			return false
		}
	}
	return true
}

func (r *Report) statement(p Posting) *Statement {
	for i := range r.Statements {
		if s := &r.Statements[i]; s.Scope == p.Scope && s.Currency == p.Currency {
			return s
		}
	}
	r.Statements = append(r.Statements, Statement{Scope: p.Scope, Currency: p.Currency, Days: []Line{}})
	return &r.Statements[len(r.Statements)-1]
}

// add takes the postings in the order of their time.
func (s *Statement) add(p Posting, day, month string) {
	for _, e := range p.Entries {
		s.trial(e)
	}
	if day[:len(month)] < month {
		s.Total.Opening += p.Balance(StripeBalance)
		return
	}
	if n := len(s.Days); n == 0 || s.Days[n-1].Day != day {
		s.Days = append(s.Days, Line{Day: day})
	}
	s.Days[len(s.Days)-1].add(p)
	s.Total.add(p)
}

func (s *Statement) trial(e Entry) {
	i, found := slices.BinarySearchFunc(s.Trial, e.Account, func(b Balance, account string) int { return cmp.Compare(b.Account, account) })
	if !found {
		s.Trial = slices.Insert(s.Trial, i, Balance{Account: e.Account})
	}
	s.Trial[i].Debit += e.Debit
	s.Trial[i].Credit += e.Credit
}

// close carries the balance from day to day, and puts each account on one side.
func (s *Statement) close() {
	at := s.Total.Opening
	for i := range s.Days {
		s.Days[i].Opening = at
		s.Days[i].close()
		at = s.Days[i].Closing
	}
	s.Total.close()
	for i, b := range s.Trial {
		both := min(b.Debit, b.Credit)
		s.Trial[i].Debit, s.Trial[i].Credit = b.Debit-both, b.Credit-both
	}
}

func (l *Line) add(p Posting) {
	for _, e := range p.Entries {
		came := e.Credit - e.Debit
		switch e.Account {
		case StripeBalance:
		case Sales:
			l.Revenue += came
		case Fees:
			l.Fees -= came
		case Refunds:
			l.Refunds -= came
		case Disputes:
			l.Disputes -= came
		case Bank:
			l.Payouts -= came
		default:
			l.Other += came
		}
	}
}

func (l *Line) close() {
	l.Net = l.Revenue - l.Fees - l.Refunds - l.Disputes + l.Other
	l.Closing = l.Opening + l.Net - l.Payouts
}
