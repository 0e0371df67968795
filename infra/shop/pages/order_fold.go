package pages

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/order"
)

// foldedOrder reads the row of the order and those that may belong to it, by their keys.
func (s *Shop) foldedOrder(r *console.Request, scope event.Scope, id string, objects []string) (order.Order, error) {
	rows, todo, known := []order.Order{}, append([]string{id}, objects...), map[string]bool{}
	for len(todo) > 0 && len(rows) < maxRows {
		name := todo[0]
		if todo = todo[1:]; known[name] || name == "" {
			continue
		}
		known[name] = true
		row, err := r.Console().Target.Tables.Load(r.Context(), order.Table, scope.Key(order.Kind, name))
		if err != nil {
			return order.Order{}, err
		}
		var o order.Order
		if row.Version == 0 {
			continue
		}
		if err := json.Unmarshal(row.Data, &o); err != nil {
			return o, fmt.Errorf("read %s: row %s: %w", order.Table, row.Key, err)
		}
		rows = append(rows, o)
		for charge := range o.Facts.Charges {
			todo = append(todo, charge)
		}
		for charge := range o.Facts.Attempts.Charges {
			todo = append(todo, charge)
		}
		for invoice := range o.Facts.Ties.Invoices {
			todo = append(todo, invoice)
		}
	}
	folded := order.Fold(rows)
	if owner := order.OrderByCharge(rows)[order.ChargeRef{Scope: scope, Charge: id}]; owner != "" {
		return order.Order{}, console.Redirect(orderPath(scope, owner))
	}
	for _, o := range folded {
		if o.Order == id {
			return o, nil
		}
	}
	return order.Order{}, console.Refused(http.StatusNotFound, fmt.Sprintf("No order is %s in %s.", id, scope.Text()), "Its timeline has what Stripe sent about it.")
}

// maxRows is how many rows are read for one order.
const maxRows = 50
