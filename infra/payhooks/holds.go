package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fraud"
	"github.com/spf13/cobra"
)

// heldOrder is a hold with the shop's own name of the order.
type heldOrder struct {
	fraud.Hold
	Reference string `json:"reference,omitempty"`
}

func holdsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "holds", Short: "Orders on hold and why, and those that were", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			holds, err := heldOrders(cmd, c)
			if err != nil {
				return err
			}
			out := newRows(cmd, "ORDER", "REFERENCE", "WHY", "SINCE", "DUE", "RELEASED")
			for _, h := range holds {
				if err := out.add(h, h.Order, h.Reference, h.Why, shown(h.Since), shown(h.Due), shown(h.Released)); err != nil {
					return err
				}
			}
			return out.flush("no holds")
		},
	}
	stackFlags(cmd)
	return cmd
}

// heldOrders reads the holds, one per order and reason. References are those of
// the orders that update-order keeps.
func heldOrders(cmd *cobra.Command, c *connection) ([]heldOrder, error) {
	var holds []fraud.Hold
	var bad error
	err := c.Tables.Scan(cmd.Context(), fraud.Table, func(key string, it event.Item) bool {
		var row struct {
			Holds []fraud.Hold `json:"holds"`
		}
		if bad = json.Unmarshal(it.Data, &row); bad != nil {
			bad = fmt.Errorf("row %s: %w", key, bad)
			return false
		}
		holds = append(holds, row.Holds...)
		return true
	})
	if err := errors.Join(err, bad); err != nil {
		return nil, fmt.Errorf("read %s: %w", fraud.Table, err)
	}
	all := make([]heldOrder, 0, len(holds))
	for _, h := range fraud.List(holds) {
		it, err := c.Tables.Load(cmd.Context(), "orders", h.Order)
		if err != nil {
			return nil, fmt.Errorf("read the order %s: %w", h.Order, err)
		}
		one := heldOrder{Hold: h}
		if it.Version > 0 {
			if err := json.Unmarshal(it.Data, &struct{ Reference *string }{&one.Reference}); err != nil {
				return nil, fmt.Errorf("read the order %s: %w", h.Order, err)
			}
		}
		all = append(all, one)
	}
	return all, nil
}

func shown(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
