package command

import (
	"encoding/json"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/shop/fraud"
	"github.com/payhooks/payhooks/internal/shop/inventory"
	"github.com/payhooks/payhooks/internal/shop/order"
)

// Erasers say what the shop keeps when a customer is erased. The books have no person in
// them: postings name balance transactions, charges and payouts.
var Erasers = []operator.Eraser{
	{
		Table: order.Table,
		Rows:  func(e facts.Event) []operator.RowName { return row(order.Row(e)) },
		Left:  left(func(o order.Order, _ string) order.Order { return o.Forget() }),
	},
	{
		Table:    access.Table,
		Rows:     func(e facts.Event) []operator.RowName { return row(access.Key(e)) },
		Customer: func(id string) []operator.RowName { return []operator.RowName{{Kind: access.Kind, ID: id}} },
		Left:     nothing,
	},
	{
		Table: fraud.Table,
		Rows:  func(e facts.Event) []operator.RowName { return row(fraud.Key(e)) },
		Left:  left(func(o fraud.Order, customer string) fraud.Order { return o.Forget(customer) }),
	},
	{
		Table: fraud.Table,
		Rows:  func(facts.Event) []operator.RowName { return nil },
		Customer: func(id string) []operator.RowName {
			kind, key := fraud.CustomerKey(id)
			return row(kind, key, nil)
		},
		Left: nothing,
	},
	{
		Table: inventory.Table,
		Rows:  payment,
		Left:  left(func(p inventory.Payment, _ string) inventory.Payment { return p.Forget() }),
	},
}

func nothing(string, json.RawMessage) (json.RawMessage, error) { return nil, nil }

// left is what change leaves of a row.
func left[T any](change func(row T, customer string) T) func(string, json.RawMessage) (json.RawMessage, error) {
	return func(customer string, data json.RawMessage) (json.RawMessage, error) {
		var r T
		if err := json.Unmarshal(data, &r); err != nil {
			return nil, err
		}
		return json.Marshal(change(r, customer))
	}
}

func row(kind, id string, err error) []operator.RowName {
	if id == "" || err != nil {
		return nil
	}
	return []operator.RowName{{Kind: kind, ID: id}}
}

func payment(e facts.Event) []operator.RowName {
	kind, id, err := inventory.Key(e)
	if kind != inventory.PaymentKind {
		return nil
	}
	return row(kind, id, err)
}
