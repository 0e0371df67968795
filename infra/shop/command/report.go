package command

import (
	"context"
	"errors"
	"fmt"
	"time"
	_ "time/tzdata" // days begin at the zone's midnight, also where no zones are installed

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/shop/journal"
)

var errUnbalanced = errors.New("the trial balance is not zero")

func reportCommand() *cobra.Command {
	var month, zone string
	var csv bool
	cmd := &cobra.Command{
		Use: "report", Short: "Print a month's revenue, fees, refunds, disputes and payouts, per currency and day, from the books", Args: cobra.NoArgs,
		Example: "  payhooks report --month 2026-10 --zone Europe/Berlin --csv > october.csv",
		RunE: func(cmd *cobra.Command, _ []string) error {
			month, where, err := Period(month, zone, time.Now())
			if err != nil {
				return err
			}
			if csv && cli.WantsJSON(cmd) {
				return cli.Usage("choose one of --csv and --json")
			}
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			r, err := ReadReport(cmd.Context(), c, month, where)
			if err != nil {
				return err
			}
			return printReport(cmd, r, csv)
		},
	}
	cmd.Flags().StringVar(&month, "month", "", "the month, as in 2026-10 (default: this month)")
	cmd.Flags().StringVar(&zone, "zone", "UTC", "whose midnight begins a day, as in Europe/Berlin")
	cmd.Flags().BoolVar(&csv, "csv", false, "print comma-separated values, a line per account, mode, currency and day")
	cli.StackFlag(cmd)
	return cmd
}

// Period reads the month and the zone; no month is the current one there.
func Period(month, zone string, now time.Time) (string, *time.Location, error) {
	where, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return "", nil, cli.Usage("--zone %q: expected UTC or a name of the time zone database, for example Europe/Berlin", zone)
	}
	if month == "" {
		month = now.In(where).Format("2006-01")
	}
	if _, err := time.Parse("2006-01", month); err != nil {
		return "", nil, cli.Usage("--month %q: expected a year and a month, for example 2026-10", month)
	}
	return month, where, nil
}

// ReadReport computes a month's report from the rows of the journal.
func ReadReport(ctx context.Context, c *cli.Target, month string, zone *time.Location) (journal.Report, error) {
	ps, err := ReadPostings(ctx, c)
	if err != nil {
		return journal.Report{}, err
	}
	payouts, err := cli.Scan[journal.Payout](ctx, c, journal.PayoutTable, journal.PayoutKind)
	if err != nil {
		return journal.Report{}, err
	}
	return journal.NewReport(ps, payouts, month, zone), nil
}

// printReport fails after printing if the books do not balance.
func printReport(cmd *cobra.Command, r journal.Report, csv bool) error {
	var err error
	switch {
	case csv:
		err = ReportCSV(cmd.OutOrStdout(), r)
	case cli.WantsJSON(cmd):
		err = cli.PrintJSON(cmd.OutOrStdout(), struct {
			journal.Report
			Balanced bool `json:"balanced"`
		}{r, r.Balanced()})
	default:
		err = reportTables(cmd, r)
	}
	if err == nil && !r.Balanced() {
		err = fmt.Errorf("%w: a row of the journal was changed; payhooks audit finds it", errUnbalanced)
	}
	return err
}
