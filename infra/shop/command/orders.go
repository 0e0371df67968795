package command

import (
	"context"
	"iter"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
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
	var f cli.ListFlags
	cmd := &cobra.Command{
		Use: "orders", Short: "List orders", Long: ordersLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.Check(time.Now()); err != nil {
				return err
			}
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			all := inScope(f.Scope, EachOrder(cmd.Context(), c, order.HeldRows, nil), func(o order.Order) event.Scope { return o.Scope })
			return printOrders(cmd, all, f)
		},
	}
	f.AddLimit(cmd, 0, "how many at most, the first")
	f.AddMinor(cmd)
	f.Scope.Add(cmd, "only orders")
	cli.WideFlag(cmd)
	cli.StackFlag(cmd)
	return cmd
}

// OrderColumns are those of a list of orders.
var OrderColumns = []string{"ORDER", "REFERENCE", "STATUS", "AMOUNT", "PAID", "REFUNDED", "DISPUTED", "LOST", "SCOPE"}

// NoOrders is said of an empty list.
const NoOrders = "no orders"

// EachOrder yields the orders as order.List does, and calls seen for each row that it
// reads; nil is none.
func EachOrder(ctx context.Context, c *cli.Target, hold int, seen func()) iter.Seq2[order.Order, error] {
	return order.List(func() iter.Seq2[order.Order, error] {
		return counted(cli.Each[order.Order](ctx, c, order.Table, order.Kind), seen)
	}, hold)
}

// ReadOrders reads the orders by name.
func ReadOrders(ctx context.Context, c *cli.Target) ([]order.Order, error) {
	all, err := cli.Scan[order.Order](ctx, c, order.Table, order.Kind)
	return order.Fold(all), err
}

func printOrders(cmd *cobra.Command, all iter.Seq2[order.Order, error], f cli.ListFlags) error {
	columns := header(OrderColumns)
	if f.Minor {
		columns = append(columns, "CURRENCY")
	}
	out := cli.NewRows(cmd, columns...)
	return printEach(out, all, f.Limit, NoOrders, func(o order.Order) error {
		cells := []any{o.Order, o.Reference, o.Status}
		for _, n := range []int64{o.Amount, o.Paid, o.Refunded, o.Disputed, o.Lost} {
			cells = append(cells, f.Money(n, o.Currency))
		}
		return out.Add(shownOrder{Order: o}, append(cells, o.Text(), o.Currency)[:len(columns)]...)
	})
}
