package reconcile

import (
	"context"
	"errors"

	"github.com/payhooks/payhooks/internal/event"
)

// listError is what Stripe answered instead of a page of thin events. Errors of the
// store are not.
type listError struct{ error }

func (e listError) Unwrap() error { return e.error }

func ofListing(err error) bool {
	var l listError
	return errors.As(err, &l)
}

// refusedForGood reports whether Stripe's answer will be the same in a minute.
func refusedForGood(err error) bool {
	var parks *event.PermanentError
	return ofListing(err) && !errors.Is(err, event.ErrNotConfigured) &&
		(errors.Is(err, event.ErrDenied) || errors.Is(err, event.ErrNotFound) || errors.As(err, &parks))
}

// withoutDenied drops the error of a key that may not list the thin events of our own
// account, and of an API without that list, such as an emulator's: that is counted, and
// no failure. Snapshots go on, and the window waits for the list.
func (m *Missing) withoutDenied(ctx context.Context, s event.Scope, err error, r *Fetched) error {
	denied := s.Account == "" && errors.Is(err, event.ErrDenied)
	if !ofListing(err) || !denied && !errors.Is(err, event.ErrNotFound) {
		return err
	}
	r.Denied++
	m.Log.WarnContext(ctx, "missing", "account", s.Account, "livemode", s.Livemode, "error", err.Error(),
		"detail", "thin events are not listed: grant the restricted key read permission on Events, also for /v2/core/events, and let a proxy of Stripe's API pass that path on")
	return nil
}
