package doctor

import (
	"context"
	"errors"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// Registered compares the stack's endpoints with what is registered at Stripe.
type Registered interface {
	// Registrations returns one for each endpoint of the parameter Endpoints.
	// event.ErrNotConfigured without an API key.
	Registrations(ctx context.Context) ([]Registration, error)
	// PostsTo returns the ids of the endpoints whose URL begins with base and that are
	// enabled. event.ErrNotConfigured without an API key.
	PostsTo(ctx context.Context, base string) ([]string, error)
}

// Registration is one endpoint of the stack as Stripe has it.
type Registration struct {
	Endpoint    string
	ID          string // at Stripe; empty for none
	Differences []string
	Next        []string
}

// registered checks what Stripe sends to the stack.
func (r *run) registered(ctx context.Context) []Finding {
	const check = "stripe"
	all, err := r.Registered.Registrations(ctx)
	switch {
	case errors.Is(err, event.ErrNotConfigured):
		return []Finding{{Check: check, Result: OK, Found: "not compared: there is no Stripe API key; STRIPE_API_KEY=rk_… payhooks doctor does"}}
	case errors.Is(err, event.ErrDenied):
		return []Finding{{check, Unknown, "not compared: the Stripe API key may not read webhook endpoints and event destinations", "allow it in Stripe's dashboard, or STRIPE_API_KEY=rk_… payhooks doctor --stack " + r.Stack}}
	case err != nil:
		return []Finding{unknown(check, err)}
	}
	var found []Finding
	for _, one := range all {
		found = append(found, one.finding(check+" "+one.Endpoint))
	}
	return found
}

func (r Registration) finding(check string) Finding {
	switch {
	case r.ID == "":
		return Finding{check, Warning, strings.Join(r.Differences, "; "), strings.Join(r.Next, "; ")}
	case len(r.Differences) > 0:
		return Finding{check, Failed, r.ID + " differs: " + strings.Join(r.Differences, "; "), strings.Join(r.Next, "; ")}
	}
	return Finding{Check: check, Result: OK, Found: r.ID + " at Stripe sends what the actions take"}
}
