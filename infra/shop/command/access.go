package command

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/shop/access"
)

func accessCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "access", Short: "List what each customer may use, and what was revoked", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			customers, err := ReadAccess(cmd.Context(), c)
			if err != nil {
				return err
			}
			grace, err := Grace(cmd.Context(), c)
			if err != nil {
				return err
			}
			return printAccess(cmd, customers, time.Now(), grace)
		},
	}
	cli.StackFlag(cmd)
	return cmd
}

// ReadAccess reads the table in the order of the customers' ids.
func ReadAccess(ctx context.Context, c *cli.Target) ([]access.Customer, error) {
	all, err := cli.Scan[access.Customer](ctx, c, access.Table, access.Kind)
	slices.SortFunc(all, func(a, b access.Customer) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Text(), b.Text()))
	})
	return all, err
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

// printAccess prints what the customers may use at the time now.
func printAccess(cmd *cobra.Command, customers []access.Customer, now time.Time, grace time.Duration) error {
	out := cli.NewRows(cmd, "CUSTOMER", "PRODUCT OR FEATURE", "GRANTED", "UNTIL", "SCOPE", "WHY")
	for _, c := range customers {
		for _, r := range c.Rows(now, grace) {
			until := ""
			if !r.Until.IsZero() {
				until = r.Until.Format(time.RFC3339)
			}
			if err := out.Add(r, r.Customer, r.Product+r.Feature, r.Granted, until, r.Text(), cli.Clip(r.Why, 80)); err != nil {
				return err
			}
		}
	}
	return out.Flush("no access")
}
