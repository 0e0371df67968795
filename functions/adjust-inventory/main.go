// Command adjust-inventory keeps what checkouts reserve, sell and give back.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func main() {
	s := start.MustOpen()
	action.Start(keeper{Stripe: stripeapi.Open(s.AWS, s.Name), Restock: os.Getenv("RESTOCK") == "true"}.adjust)
}
