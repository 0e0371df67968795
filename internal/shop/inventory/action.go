package inventory

import (
	"context"
	"errors"
	"fmt"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Keeper keeps a row of facts per checkout session and payment. Levels are
// counted from them when they are read.
type Keeper struct{ Stripe Source }

// Settings is what template.yaml says about stock. No row depends on it: it is
// applied when levels are counted, so that changing it rewrites nothing.
type Settings struct {
	Restock bool // a full refund puts the goods back
}

// SettingsFrom reads the environment variable RESTOCK; false without it.
func SettingsFrom(getenv func(string) string) (Settings, error) {
	switch text := getenv("RESTOCK"); text {
	case "true":
		return Settings{Restock: true}, nil
	case "", "false":
		return Settings{}, nil
	default:
		return Settings{}, fmt.Errorf("environment variable RESTOCK is %q: expected true or false", text)
	}
}

// Adjust adds the event to the facts of its session or payment.
func (k Keeper) Adjust(ctx context.Context, e *action.Event[facts.Event]) error {
	kind, id, err := Key(e.Object)
	if err != nil {
		return err
	}
	if e.Object.Session == nil {
		return action.Update(e, Table, kind, id, func(old Payment) (Payment, error) {
			p := MergePayment(old, id, e.Object)
			e.Outcome(paymentEffect(old, p))
			return p, nil
		})
	}
	listed, err := k.listed(ctx, e)
	if err != nil {
		return err
	}
	return action.Update(e, Table, kind, id, func(old Session) (Session, error) {
		s := MergeSession(old, e.Object, listed)
		e.Outcome(sessionEffect(old, s))
		return s, nil
	})
}

// listed fetches what the session sells, once for all its events: it never
// changes. A sale that cannot be counted parks, since no later event corrects it.
func (k Keeper) listed(ctx context.Context, e *action.Event[facts.Event]) (*Listing, error) {
	if !Sells(e.Object) {
		return nil, nil //nolint:nilnil // there is nothing to ask for
	}
	session := e.Object.Session.ID
	l, err := action.Fetch(ctx, e, "lines/"+session, func(ctx context.Context) (Listing, error) {
		return k.Stripe.Lines(ctx, e.Scope, session)
	})
	switch {
	case errors.Is(err, event.ErrNotConfigured):
		return nil, action.Permanent(fmt.Errorf("what %s sells is not in the event and no Stripe API key is configured: put a restricted key that may read Checkout Sessions into the stack's secret for it, then retry", session))
	case errors.Is(err, event.ErrNotFound):
		return nil, action.Permanent(fmt.Errorf("Stripe does not know %s for this account and mode: put the API key of the right account into the stack's secret for it, then retry", session)) //nolint:staticcheck // a name
	case err != nil:
		return nil, err
	}
	return &l, nil
}
