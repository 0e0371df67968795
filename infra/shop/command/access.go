package command

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/access"
)

const accessLong = `List what each customer may use, and what was revoked, by customer. A table with more
than 1,000 customers is printed while it is read, and is in this order only within each
1,000.`

func accessCommand() *cobra.Command {
	var f cli.ListFlags
	cmd := &cobra.Command{
		Use: "access", Short: "List what each customer may use, and what was revoked", Long: accessLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.Check(time.Now()); err != nil {
				return err
			}
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			grace, err := Grace(cmd.Context(), c)
			if err != nil {
				return err
			}
			customers := inScope(f.Scope, cli.Each[access.Customer](cmd.Context(), c, access.Table, access.Kind), func(c access.Customer) event.Scope { return c.Scope })
			return printAccess(cmd, rowsOf(customers, time.Now(), grace), f.Limit)
		},
	}
	f.AddLimit(cmd, 0, "how many at most, the first")
	f.Scope.Add(cmd, "only customers")
	cli.WideFlag(cmd)
	cli.StackFlag(cmd)
	return cmd
}

// ReadAccess reads the table in the order of the customers' ids.
func ReadAccess(ctx context.Context, c *cli.Target) ([]access.Customer, error) {
	all, err := cli.Scan[access.Customer](ctx, c, access.Table, access.Kind)
	slices.SortFunc(all, byCustomer)
	return all, err
}

func byCustomer(a, b access.Customer) int {
	return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Text(), b.Text()))
}

// Grace is the stack's parameter GraceDays, which no row has.
func Grace(ctx context.Context, c *cli.Target) (time.Duration, error) {
	env, err := c.Environment(ctx, "grant-access")
	if err != nil {
		return 0, err
	}
	settings, err := access.SettingsFrom(env)
	return settings.Grace(), err
}

// AccessColumns are those of a list of access.
var AccessColumns = []string{"CUSTOMER", "PRODUCT OR FEATURE", "GRANTED", "UNTIL", "SCOPE", "WHY"}

// NoAccess is said of an empty list.
const NoAccess = "no access"

// ReadAccessRows reads what all customers may use at the time now, by customer, and calls
// seen for each row of the table.
func ReadAccessRows(ctx context.Context, c *cli.Target, now time.Time, seen func()) (all []access.Row, err error) {
	grace, err := Grace(ctx, c)
	if err != nil {
		return nil, err
	}
	for r, err := range rowsOf(counted(cli.Each[access.Customer](ctx, c, access.Table, access.Kind), seen), now, grace) {
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b access.Row) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Text(), b.Text()))
	})
	return all, nil
}

// customersPage is how many customers are read until their access is printed.
const customersPage = 1000

// rowsOf is what the customers may use at the time now, by customer within each page.
func rowsOf(customers iter.Seq2[access.Customer, error], now time.Time, grace time.Duration) iter.Seq2[access.Row, error] {
	return func(yield func(access.Row, error) bool) {
		for page, err := range pages(customers, customersPage) {
			slices.SortFunc(page, byCustomer)
			for _, c := range page {
				for _, r := range c.Rows(now, grace) {
					if !yield(r, nil) {
						return
					}
				}
			}
			if err != nil {
				yield(access.Row{}, err)
			}
		}
	}
}

func printAccess(cmd *cobra.Command, rows iter.Seq2[access.Row, error], limit int) error {
	out := cli.NewRows(cmd, header(AccessColumns)...)
	return printEach(out, rows, limit, NoAccess, func(r access.Row) error {
		return out.Add(r, r.Customer, r.Product+r.Feature, r.Granted, cli.Time(r.Until), r.Text(), out.Text(r.Why, 80))
	})
}
