// Command reconcile closes gaps: every minute it redelivers what is due,
// publishes what is pending, records what is unrecorded, and stores missing events
// from Stripe's list. Sweeps can be added.
package main

import "github.com/payhooks/payhooks/internal/start"

func main() { start.Function(sweeps) }
