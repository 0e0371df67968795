package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/access"
	"github.com/spf13/cobra"
)

func accessCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "access", Short: "List what each customer may use, and what was revoked", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			customers, err := accessCustomers(cmd, c)
			if err != nil {
				return err
			}
			return printAccess(cmd, customers, time.Now())
		},
	}
	stackFlags(cmd)
	return cmd
}

// accessCustomers reads the table in the order of the customers' ids.
func accessCustomers(cmd *cobra.Command, c *connection) ([]access.Customer, error) {
	all, err := scan[access.Customer](cmd.Context(), c, access.Table, access.Kind)
	slices.SortFunc(all, func(a, b access.Customer) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Text(), b.Text()))
	})
	return all, err
}

// printAccess prints what the customers may use at the time now.
func printAccess(cmd *cobra.Command, customers []access.Customer, now time.Time) error {
	out := newRows(cmd, "CUSTOMER", "PRODUCT OR FEATURE", "GRANTED", "UNTIL", "SCOPE", "WHY")
	for _, c := range customers {
		for _, r := range c.Rows(now) {
			until := ""
			if !r.Until.IsZero() {
				until = r.Until.Format(time.RFC3339)
			}
			if err := out.add(r, r.Customer, r.Product+r.Feature, r.Granted, until, r.Text(), clip(r.Why, 80)); err != nil {
				return err
			}
		}
	}
	return out.flush("no access")
}
