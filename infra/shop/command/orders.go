package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/shop/order"
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
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			all, err := ReadOrders(cmd.Context(), c)
			if err != nil {
				return err
			}
			return printOrders(cmd, all)
		},
	}
	cli.StackFlag(cmd)
	return cmd
}

// ReadOrders reads the orders by name.
func ReadOrders(ctx context.Context, c *cli.Target) ([]order.Order, error) {
	all, err := cli.Scan[order.Order](ctx, c, order.Table, order.Kind)
	return order.Fold(all), err
}

func printOrders(cmd *cobra.Command, all []order.Order) error {
	out := cli.NewRows(cmd, "ORDER", "REFERENCE", "STATUS", "CURRENCY", "AMOUNT", "PAID", "REFUNDED", "DISPUTED", "LOST", "SCOPE")
	for _, o := range all {
		err := out.Add(shownOrder{Order: o}, o.Order, o.Reference, o.Status, o.Currency, o.Amount, o.Paid, o.Refunded, o.Disputed, o.Lost, o.Text())
		if err != nil {
			return err
		}
	}
	return out.Flush("no orders")
}
