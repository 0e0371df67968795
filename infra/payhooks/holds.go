package main

import (
	"cmp"
	"time"

	"github.com/payhooks/payhooks/internal/fraud"
	"github.com/payhooks/payhooks/internal/order"
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
	rows, err := scan[fraud.Order](cmd.Context(), c, fraud.Table)
	if err != nil {
		return nil, err
	}
	orders, err := scan[order.Order](cmd.Context(), c, "orders")
	if err != nil {
		return nil, err
	}
	return referred(rows, orders), nil
}

// referred names the orders of the holds as the shop does. A hold whose event
// named a charge only is one of the order that the charge belongs to.
func referred(rows []fraud.Order, orders []order.Order) []heldOrder {
	type name struct{ account, order string }
	owners, references := order.Owners(orders), map[name]string{}
	for _, o := range order.Fold(orders) {
		references[name{o.Account, o.Order}] = o.Reference
	}
	named := func(account, id string) string {
		return cmp.Or(owners[order.Owned{Account: account, Charge: id}], id)
	}
	var holds []fraud.Hold
	var known []fraud.Order
	for _, r := range rows {
		if r.Order != "" {
			known = append(known, r)
			continue
		}
		for _, h := range r.Holds { // of a card or a customer
			h.Order = named(h.Account, h.Order)
			holds = append(holds, h)
		}
	}
	for _, r := range fraud.Fold(known, func(o fraud.Order) string { return named(o.Account, o.Order) }) {
		holds = append(holds, r.Holds...)
	}
	all := make([]heldOrder, 0, len(holds))
	for _, h := range fraud.List(holds) {
		all = append(all, heldOrder{Hold: h, Reference: references[name{h.Account, h.Order}]})
	}
	return all
}

func shown(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
