// Command post-journal keeps the books: a posting for each balance transaction
// that an event names.
package main

import (
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/journal"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func main() {
	s := start.MustOpen()
	action.Start(poster{Stripe: stripeapi.Open(s.AWS, s.Name), Book: journal.Book{Rows: s.Tables}}.post)
}
