// Package lookup reads at Stripe what the shop needs and the events do not
// contain. Each file implements the port of one package of the shop.
package lookup

import "github.com/payhooks/payhooks/internal/stripeapi"

// Stripe reads Stripe's API. Safe for concurrent use. Errors are
// event.ErrNotConfigured without an API key for the scope's mode,
// event.ErrNotFound for an object that does not exist in the scope,
// event.ErrDenied for a key that may not read it, and verdicts that an action can
// return.
type Stripe struct{ Client *stripeapi.Client }
