package stripeapi

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/event"
)

// Verdict returns the error of package event that stands for what a call for
// reading returned. Too many requests, Stripe's server errors and the network's
// ask for another attempt, no earlier than Stripe asks for; a missing object, a
// refused key and a request that Stripe rejects are permanent; a missing key is
// event.ErrNotConfigured. The text is for operators: it contains neither the key
// nor anything of a payload.
func Verdict(err error) error {
	var answer *stripe.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, event.ErrNotConfigured):
		return &plain{err, cause(err) + ": put a restricted key into the stack's secret for it, then retry"}
	case errors.As(err, &answer):
		return answered(err, answer)
	}
	return event.RetryAfter(&plain{err, "call Stripe: " + cause(err)}, 0)
}

// ReadError is Verdict with what was read, as event.ErrNotConfigured,
// event.ErrNotFound or event.ErrDenied where it is one of those.
func ReadError(what string, err error) error {
	var answer *stripe.Error
	verdict := Verdict(err)
	switch {
	case !errors.As(err, &answer):
	case answer.Code == stripe.ErrorCodeResourceMissing:
		return fmt.Errorf("%s: %w: %w", what, event.ErrNotFound, verdict)
	case answer.HTTPStatusCode == http.StatusUnauthorized, answer.HTTPStatusCode == http.StatusForbidden:
		return fmt.Errorf("%s: %w: %w", what, event.ErrDenied, verdict)
	}
	return fmt.Errorf("%s: %w", what, verdict)
}

// answered is the verdict on an error that Stripe sent.
func answered(err error, answer *stripe.Error) error {
	text := fmt.Sprintf("Stripe answered %d", answer.HTTPStatusCode)
	if answer.Code != "" {
		text += " " + string(answer.Code)
	}
	text += ": " + mask(answer.Msg)
	switch answer.HTTPStatusCode {
	case http.StatusUnauthorized:
		text += " (the API key is refused: put a valid one into the stack's secret for it, then retry)"
	case http.StatusForbidden:
		text += " (the API key lacks this permission: grant it to the restricted key in Stripe's dashboard, then retry)"
	}
	if answer.RequestID != "" {
		text += ", request " + answer.RequestID
	}
	err = &plain{err, text}
	switch code := answer.HTTPStatusCode; {
	case code == http.StatusTooManyRequests, code == http.StatusConflict, code == http.StatusRequestTimeout, code >= 500:
		return event.RetryAfter(err, retryAfter(answer))
	}
	return event.Permanent(err)
}

// Limited reports whether Stripe asks to send fewer requests, and for how long.
func Limited(err error) (time.Duration, bool) {
	var answer *stripe.Error
	if errors.As(err, &answer) && answer.HTTPStatusCode == http.StatusTooManyRequests {
		return retryAfter(answer), true
	}
	return 0, false
}

// retryAfter reads the header's seconds, up to an hour; 0 without it.
func retryAfter(answer *stripe.Error) time.Duration {
	if answer.LastResponse == nil {
		return 0
	}
	seconds, err := strconv.Atoi(answer.LastResponse.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, time.Hour)
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
