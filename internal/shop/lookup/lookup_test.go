package lookup_test

import (
	"context"
	"time"

	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

// at is Stripe at an address, with that key.
func at(base, secret string) lookup.Stripe {
	return lookup.Stripe{Client: &stripeapi.Client{Secret: func(context.Context) (string, error) { return secret, nil }, Base: base, Now: time.Now}}
}
