// Command post-journal keeps the books: a posting for each balance transaction
// that an event names.
package main

import (
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/shop/journal"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func main() {
	action.StartWith(func(s *start.Stack) (action.Function[facts.Event], error) {
		stripe := lookup.Stripe{Client: stripeapi.Open(start.Early(s, secret.StripeKey(s.AWS, s.Name, start.Now)), start.Now)}
		return journal.Poster{Stripe: stripe, Book: journal.Book{Rows: s.Tables}}.Post, nil
	})
}
