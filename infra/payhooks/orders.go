package main

import (
	"context"

	"github.com/payhooks/payhooks/internal/order"
	"github.com/spf13/cobra"
)

// shownOrder is an order without the facts that it is computed from: they are
// not part of the contract.
type shownOrder struct {
	order.Order
	Facts *struct{} `json:"facts,omitempty"`
}

func ordersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "orders", Short: "List orders", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			all, err := readOrders(cmd.Context(), c)
			if err != nil {
				return err
			}
			return printOrders(cmd, all)
		},
	}
	stackFlags(cmd)
	return cmd
}

// readOrders reads the orders by name.
func readOrders(ctx context.Context, c *connection) ([]order.Order, error) {
	all, err := scan[order.Order](ctx, c, order.Table, order.Kind)
	return order.Fold(all), err
}

func printOrders(cmd *cobra.Command, all []order.Order) error {
	out := newRows(cmd, "ORDER", "REFERENCE", "STATUS", "CURRENCY", "AMOUNT", "PAID", "REFUNDED", "DISPUTED", "LOST", "SCOPE")
	for _, o := range all {
		err := out.add(shownOrder{Order: o}, o.Order, o.Reference, o.Status, o.Currency, o.Amount, o.Paid, o.Refunded, o.Disputed, o.Lost, o.Text())
		if err != nil {
			return err
		}
	}
	return out.flush("no orders")
}
