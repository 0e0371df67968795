package main

import (
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/shop/journal"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

// The shop adds the sweep that completes its books.
func init() {
	added = append(added, func(s *start.Stack, stripe *stripeapi.Client) reconcile.Sweep {
		return &journal.Pull{Source: lookup.Stripe{Client: stripe}, Ledger: s.Tables, Now: start.Now, Log: s.Log}
	})
}
