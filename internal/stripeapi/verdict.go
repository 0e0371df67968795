package stripeapi

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Verdict returns the error of package event that stands for what a call for
// reading returned. Too many requests, Stripe's server errors and the network's
// ask for another attempt, no earlier than Stripe asks for; a missing object, a
// refused key and a request that Stripe rejects are permanent; a missing key is
// event.ErrNotConfigured. The text is for operators: it contains neither the key
// nor anything of a payload.
func Verdict(err error) error {
	var permanent *event.PermanentError
	switch r := refused(err); {
	case err == nil:
		return nil
	case errors.As(err, &permanent):
		return event.Permanent(&plain{err, cause(err)})
	case errors.Is(err, event.ErrNotConfigured):
		return &plain{err, cause(err) + ": put a restricted key into the stack's secret for it, then retry"}
	case r != nil:
		return r.verdict(err)
	}
	return event.RetryAfter(&plain{err, "call Stripe: " + cause(err)}, 0)
}

// ReadError is Verdict with what was read, as event.ErrNotConfigured,
// event.ErrNotFound or event.ErrDenied where it is one of those.
func ReadError(what string, err error) error {
	verdict := Verdict(err)
	switch r := refused(err); {
	case r == nil:
	case r.missing:
		return fmt.Errorf("%s: %w: %w", what, event.ErrNotFound, verdict)
	case r.status == http.StatusUnauthorized, r.status == http.StatusForbidden:
		return fmt.Errorf("%s: %w: %w", what, event.ErrDenied, verdict)
	}
	return fmt.Errorf("%s: %w", what, verdict)
}

// Limited reports whether Stripe asks to send fewer requests, and for how long.
func Limited(err error) (time.Duration, bool) {
	if r := refused(err); r != nil && r.status == http.StatusTooManyRequests {
		return r.after, true
	}
	return 0, false
}

// plain is an error with a text of our own: those of stripe-go contain the answer.
type plain struct {
	err  error
	text string
}

func (p *plain) Error() string { return p.text }
func (p *plain) Unwrap() error { return p.err }

// invalid is a mistake in the stack's own settings, found before any call.
func invalid(format string, args ...any) error {
	return &plain{event.ErrInvalid, fmt.Sprintf(format, args...)}
}

// cause says what happened without the query of a URL or a piece of the answer.
func cause(err error) string {
	var ours *plain
	var network *url.Error
	switch {
	case errors.As(err, &ours):
		return ours.text
	case errors.As(err, &network):
		return mask(network.Err.Error())
	case errors.Is(err, event.ErrNotConfigured):
		return err.Error()
	}
	return "its answer could not be read"
}

var (
	keyLike     = regexp.MustCompile(`\b(sk|rk|pk)_(live|test)_[A-Za-z0-9_*]+`)
	addressLike = regexp.MustCompile(`[^\s<>"',;:()\[\]]+@[^\s<>"',;:()\[\]]+`)
)

// mask removes keys and mail addresses from a text: besides deliveries, the log
// of reconcile contains it.
func mask(s string) string {
	return addressLike.ReplaceAllString(keyLike.ReplaceAllString(s, "${1}_${2}_…"), "[address]")
}
