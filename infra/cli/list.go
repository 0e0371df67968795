package cli

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/money"
)

// ListFlags are the flags that lists share, each under one name and with one help. A
// list adds those that it has, and Check before it reads anything.
type ListFlags struct {
	Limit int       // 0: all
	Since time.Time // zero: any time
	Minor bool      // amounts as Stripe sends them
	Scope ScopeFlags

	least int // of Limit
	since string
}

// AddLimit adds --limit; n is its default, 0 for all. which says what is left out:
// "how many at most", "how many at most, the latest".
func (f *ListFlags) AddLimit(cmd *cobra.Command, n int, which string) {
	if f.Limit, f.least = n, min(n, 1); n == 0 {
		which += " (default: all)"
	}
	cmd.Flags().IntVar(&f.Limit, "limit", n, which)
}

// sinceForms ends the help of a flag that takes a time.
const sinceForms = " since then: 2026-11-22, 2026-11-22T10:30:00Z, or 36h or 7d ago"

// AddSince adds --since; what is selected by it, as "only events received".
func (f *ListFlags) AddSince(cmd *cobra.Command, what string) {
	cmd.Flags().StringVar(&f.since, "since", "", what+sinceForms)
}

// TypeFlag adds --type.
func TypeFlag(cmd *cobra.Command, typ *string, what string) {
	cmd.Flags().Var((*Types)(typ), "type", what+" of this type; a star at the end stands for anything (invoice.*)")
}

// TypesFlag adds --type, which may be given more than once.
func TypesFlag(cmd *cobra.Command, types *[]string, what string) {
	cmd.Flags().Var((*typeList)(types), "type", what+" of these types; a star at an end stands for anything (invoice.*)")
}

// ReportFlag adds --report; what is selected by it, as "only mails of which came back".
func ReportFlag(cmd *cobra.Command, r *event.Report, what string) {
	cmd.Flags().Var((*reports)(r), "report", what+": "+reportNames)
}

// reports is one of event.Reports.
type reports event.Report

const reportNames = "bounced, complained or rejected"

// Set refuses what nothing reports: it would select nothing, which reads like good news.
func (r *reports) Set(text string) error {
	if !slices.Contains(event.Reports, event.Report(text)) {
		return errors.New("expected " + reportNames)
	}
	*r = reports(text)
	return nil
}

func (r *reports) String() string { return string(*r) }

// Type is what --help calls the value.
func (*reports) Type() string { return "string" }

// typeList is a list of Types.
type typeList []string

// Set adds the types, which commas separate.
func (l *typeList) Set(text string) error {
	for t := range strings.SplitSeq(text, ",") {
		if t == "" {
			return errors.New("an event type is empty")
		}
		if err := new(Types).Set(t); err != nil {
			return err
		}
		*l = append(*l, t)
	}
	return nil
}

func (l *typeList) String() string { return strings.Join(*l, ",") }

// Type is what --help calls the value.
func (l *typeList) Type() string { return "strings" }

// Types is an event type, or the beginning of several with a star.
type Types string

// Set refuses a star elsewhere: it would select nothing, which reads like good news.
func (p *Types) Set(text string) error {
	if strings.Contains(strings.TrimSuffix(text, "*"), "*") {
		return errors.New("a star stands at the end only, for example charge.*")
	}
	*p = Types(text)
	return nil
}

func (p *Types) String() string { return string(*p) }

// Type is what --help calls the value.
func (p *Types) Type() string { return "string" }

// WideFlag adds --wide, which Rows reads.
func WideFlag(cmd *cobra.Command) {
	cmd.Flags().Bool("wide", false, "print whole texts and all columns; without it a table cuts long texts, on a terminal to its width")
}

func wantsWide(cmd *cobra.Command) bool {
	on, err := cmd.Flags().GetBool("wide")
	return err == nil && on
}

// MinorUsage is the usage of the flag --minor.
const MinorUsage = "amounts as Stripe sends them, in the smallest unit (1250 usd)"

// AddMinor adds --minor, which Money reads.
func (f *ListFlags) AddMinor(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.Minor, "minor", false, MinorUsage)
}

// Check finds mistakes of the command line.
func (f *ListFlags) Check(now time.Time) (err error) {
	switch {
	case f.Limit < f.least:
		return Usage("--limit %d: must be 1 or more", f.Limit)
	case f.Limit < 0:
		return Usage("--limit %d: must be 1 or more, or 0 for all", f.Limit)
	}
	if f.since != "" {
		if f.Since, err = ParseTime("--since", f.since, now); err != nil {
			return err
		}
	}
	return f.Scope.Check()
}

// GivenSince is the value of --since.
func (f *ListFlags) GivenSince() string { return f.since }

// First are at most Limit items of those since Since, in their order.
func First[T any](f ListFlags, all []T, at func(T) time.Time) []T {
	kept := since(f, all, at)
	if f.Limit > 0 && len(kept) > f.Limit {
		return kept[:f.Limit]
	}
	return kept
}

// Latest are at most Limit items of those since Since, the last of a list that begins
// with the oldest.
func Latest[T any](f ListFlags, all []T, at func(T) time.Time) []T {
	kept := since(f, all, at)
	if f.Limit > 0 && len(kept) > f.Limit {
		return kept[len(kept)-f.Limit:]
	}
	return kept
}

func since[T any](f ListFlags, all []T, at func(T) time.Time) (kept []T) {
	for _, v := range all {
		if f.Since.IsZero() || !at(v).Before(f.Since) {
			kept = append(kept, v)
		}
	}
	return kept
}

// Amount is a cell with money, at the right of its column.
type Amount string

// Money is an amount as people write it, 12.34 EUR, or with --minor the integer.
func (f *ListFlags) Money(minor int64, currency string) any {
	if f.Minor {
		return minor
	}
	return Amount(money.Amount{Minor: minor, Currency: currency}.String())
}
