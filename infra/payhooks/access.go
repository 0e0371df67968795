package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/access"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/spf13/cobra"
)

func accessCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "access", Short: "What each customer may use, and what was taken away", Args: cobra.NoArgs,
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
	byKey := map[string]access.Customer{}
	var bad error
	err := c.Tables.Scan(cmd.Context(), access.Table, func(key string, it event.Row) bool {
		var customer access.Customer
		if err := json.Unmarshal(it.Data, &customer); err != nil {
			bad = fmt.Errorf("row %s: %w", key, err)
			return false
		}
		byKey[key] = customer
		return true
	})
	if err := errors.Join(err, bad); err != nil {
		return nil, fmt.Errorf("read %s: %w", access.Table, err)
	}
	all := make([]access.Customer, 0, len(byKey))
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		all = append(all, byKey[key])
	}
	return all, nil
}

// printAccess says what the customers may use at the time now.
func printAccess(cmd *cobra.Command, customers []access.Customer, now time.Time) error {
	out := newRows(cmd, "CUSTOMER", "PRODUCT OR FEATURE", "GRANTED", "UNTIL", "WHY")
	for _, c := range customers {
		for _, r := range c.Rows(now) {
			until := ""
			if !r.Until.IsZero() {
				until = r.Until.Format(time.RFC3339)
			}
			if err := out.add(r, r.Customer, r.Product+r.Feature, r.Granted, until, clip(r.Why, 80)); err != nil {
				return err
			}
		}
	}
	return out.flush("no access")
}
