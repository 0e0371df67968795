package command

import (
	"context"
	"iter"

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

const ordersLong = `List orders, by name. Those of a table with more than 10,000 rows are printed while it
is read, and are in this order only within each 10,000.`

func ordersCommand() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use: "orders", Short: "List orders", Long: ordersLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkLimit(limit); err != nil {
				return err
			}
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			rows := func() iter.Seq2[order.Order, error] {
				return cli.Each[order.Order](cmd.Context(), c, order.Table, order.Kind)
			}
			return printOrders(cmd, order.List(rows, order.HeldRows), limit)
		},
	}
	limitFlag(cmd, &limit)
	cli.StackFlag(cmd)
	return cmd
}

// ReadOrders reads the orders by name.
func ReadOrders(ctx context.Context, c *cli.Target) ([]order.Order, error) {
	all, err := cli.Scan[order.Order](ctx, c, order.Table, order.Kind)
	return order.Fold(all), err
}

func printOrders(cmd *cobra.Command, all iter.Seq2[order.Order, error], limit int) error {
	out := cli.NewRows(cmd, "ORDER", "REFERENCE", "STATUS", "CURRENCY", "AMOUNT", "PAID", "REFUNDED", "DISPUTED", "LOST", "SCOPE")
	return printEach(out, all, limit, "no orders", func(o order.Order) error {
		return out.Add(shownOrder{Order: o}, o.Order, o.Reference, o.Status, o.Currency, o.Amount, o.Paid, o.Refunded, o.Disputed, o.Lost, o.Text())
	})
}
