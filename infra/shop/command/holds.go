package command

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/fraud"
	"github.com/payhooks/payhooks/internal/shop/order"
)

// HoldRow is a hold with the shop's own name of the order.
type HoldRow struct {
	fraud.Hold
	Reference string `json:"reference,omitempty"`
}

// HoldColumns are those of a list of holds.
var HoldColumns = []string{"ORDER", "REFERENCE", "WHY", "SINCE", "DUE", "RELEASED", "SCOPE"}

// NoHolds is said of an empty list.
const NoHolds = "no holds"

func holdsCommand() *cobra.Command {
	var f cli.ListFlags
	cmd := &cobra.Command{
		Use: "holds", Short: "List orders on hold, current and past, with the reason", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.Check(time.Now()); err != nil {
				return err
			}
			c, err := cli.Open(cmd)
			if err != nil {
				return err
			}
			holds, err := ReadHolds(cmd.Context(), c)
			if err != nil {
				return err
			}
			return printHolds(cmd, holds, f)
		},
	}
	f.AddSince(cmd, "only holds that began")
	f.AddLimit(cmd, 0, "how many at most, the first")
	f.Scope.Add(cmd, "only orders")
	cli.WideFlag(cmd)
	cli.StackFlag(cmd)
	return cmd
}

func printHolds(cmd *cobra.Command, holds []HoldRow, f cli.ListFlags) error {
	holds = slices.DeleteFunc(holds, func(h HoldRow) bool { return !f.Scope.Matches(h.Scope) })
	out := cli.NewRows(cmd, header(HoldColumns)...)
	for _, h := range cli.First(f, holds, func(h HoldRow) time.Time { return h.Since }) {
		if err := out.Add(h, h.Order, h.Reference, h.Why, cli.Time(h.Since), cli.Time(h.Due), cli.Time(h.Released), h.Text()); err != nil {
			return err
		}
	}
	return out.Flush(NoHolds)
}

// holdsRow is a row of either kind: without an order it is of a card or customer.
type holdsRow struct {
	fraud.Source
	Order string      `json:"order"`
	Facts fraud.Facts `json:"facts"`
}

// ReadHolds reads the holds, one per order and reason. Many failures are what the
// stack's parameters say, which no row has. References are those of
// the orders that update-order keeps.
func ReadHolds(ctx context.Context, c *cli.Target) ([]HoldRow, error) {
	rows, err := cli.Scan[holdsRow](ctx, c, fraud.Table, "")
	if err != nil {
		return nil, err
	}
	env, err := c.Environment(ctx, "flag-fraud")
	if err != nil {
		return nil, err
	}
	rule, err := fraud.RuleFrom(env)
	if err != nil {
		return nil, err
	}
	orders, err := ordersOf(ctx, c, rows)
	if err != nil {
		return nil, err
	}
	return withReferences(rule, rows, orders), nil
}

// ordersOf are the orders that the rows may be of: those of payment intents that they
// name, or a charge of, and all others, which are few.
func ordersOf(ctx context.Context, c *cli.Target, rows []holdsRow) (all []order.Order, err error) {
	named := map[order.ChargeRef]bool{}
	for _, r := range rows {
		if r.Order != "" {
			named[order.ChargeRef{Scope: r.Scope, Charge: r.Order}] = true
		}
	}
	if len(named) == 0 {
		return nil, nil
	}
	for o, err := range cli.Each[order.Order](ctx, c, order.Table, order.Kind) {
		if err != nil {
			return nil, err
		}
		is := func(id string) bool { return named[order.ChargeRef{Scope: o.Scope, Charge: id}] }
		if !strings.HasPrefix(o.Order, "pi_") || is(o.Order) || slices.ContainsFunc(slices.Collect(maps.Keys(o.Facts.Charges)), is) ||
			slices.ContainsFunc(slices.Collect(maps.Keys(o.Facts.Attempts.Charges)), is) {
			all = append(all, o)
		}
	}
	return all, nil
}

// withReferences names the orders of the holds as the shop does. A hold whose
// event named a charge only is of the order that the charge belongs to. Rows
// without an order are of a card or a customer.
func withReferences(rule fraud.Rule, rows []holdsRow, orders []order.Order) []HoldRow {
	byCharge, references := order.OrderByCharge(orders), map[order.ChargeRef]string{}
	for _, o := range order.Fold(orders) {
		references[order.ChargeRef{Scope: o.Scope, Charge: o.Order}] = o.Reference
	}
	orderOf := func(s event.Scope, id string) string {
		return cmp.Or(byCharge[order.ChargeRef{Scope: s, Charge: id}], id)
	}
	var sources []fraud.Source
	var known []fraud.Order
	for _, r := range rows {
		if r.Order != "" {
			known = append(known, fraud.Order{Order: r.Order, Scope: r.Scope, Facts: r.Facts})
			continue
		}
		sources = append(sources, r.Source)
	}
	known = fraud.Fold(known, func(o fraud.Order) string { return orderOf(o.Scope, o.Order) })
	holds := fraud.Holds(rule, known, sources)
	for i, h := range holds {
		holds[i].Order = orderOf(h.Scope, h.Order)
	}
	all := make([]HoldRow, 0, len(holds))
	for _, h := range fraud.List(holds) {
		all = append(all, HoldRow{Hold: h, Reference: references[order.ChargeRef{Scope: h.Scope, Charge: h.Order}]})
	}
	return all
}
