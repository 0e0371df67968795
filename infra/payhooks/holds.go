package main

import (
	"cmp"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fraud"
	"github.com/payhooks/payhooks/internal/order"
	"github.com/spf13/cobra"
)

// holdRow is a hold with the shop's own name of the order.
type holdRow struct {
	fraud.Hold
	Reference string `json:"reference,omitempty"`
}

func holdsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "holds", Short: "Orders on hold, current and past, with the reason", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			holds, err := holdRows(cmd, c)
			if err != nil {
				return err
			}
			out := newRows(cmd, "ORDER", "REFERENCE", "WHY", "SINCE", "DUE", "RELEASED", "SCOPE")
			for _, h := range holds {
				if err := out.add(h, h.Order, h.Reference, h.Why, shown(h.Since), shown(h.Due), shown(h.Released), h.Text()); err != nil {
					return err
				}
			}
			return out.flush("no holds")
		},
	}
	stackFlags(cmd)
	return cmd
}

// holdRows reads the holds, one per order and reason. References are those of
// the orders that update-order keeps.
func holdRows(cmd *cobra.Command, c *connection) ([]holdRow, error) {
	rows, err := scan[fraud.Order](cmd.Context(), c, fraud.Table, "")
	if err != nil {
		return nil, err
	}
	orders, err := scan[order.Order](cmd.Context(), c, order.Table, order.Kind)
	if err != nil {
		return nil, err
	}
	return withReferences(rows, orders), nil
}

// withReferences names the orders of the holds as the shop does. A hold whose
// event named a charge only is of the order that the charge belongs to. Rows
// without an order are of a card or a customer.
func withReferences(rows []fraud.Order, orders []order.Order) []holdRow {
	byCharge, references := order.OrderByCharge(orders), map[order.ChargeRef]string{}
	for _, o := range order.Fold(orders) {
		references[order.ChargeRef{Scope: o.Scope, Charge: o.Order}] = o.Reference
	}
	orderOf := func(s event.Scope, id string) string {
		return cmp.Or(byCharge[order.ChargeRef{Scope: s, Charge: id}], id)
	}
	var holds []fraud.Hold
	var known []fraud.Order
	for _, r := range rows {
		if r.Order != "" {
			known = append(known, r)
			continue
		}
		for _, h := range r.Holds {
			h.Order = orderOf(h.Scope, h.Order)
			holds = append(holds, h)
		}
	}
	for _, r := range fraud.Fold(known, func(o fraud.Order) string { return orderOf(o.Scope, o.Order) }) {
		holds = append(holds, r.Holds...)
	}
	all := make([]holdRow, 0, len(holds))
	for _, h := range fraud.List(holds) {
		all = append(all, holdRow{Hold: h, Reference: references[order.ChargeRef{Scope: h.Scope, Charge: h.Order}]})
	}
	return all
}

func shown(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
