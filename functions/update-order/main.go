// Command update-order keeps one row per order: what was paid, refunded and
// disputed, from checkouts, payment intents, charges, refunds and disputes.
package main

import (
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/shop/order"
)

func main() { action.Start(order.Update) }
