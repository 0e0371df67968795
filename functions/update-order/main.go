// Command update-order keeps one row per order: what was paid, refunded and
// disputed, from checkouts, payment intents, charges, refunds and disputes.
package main

import "github.com/payhooks/payhooks/internal/action"

func main() { action.Start(update) }
