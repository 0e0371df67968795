package stripeapi

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/stripe/stripe-go/v76"
)

// Verdict turns what a call for reading returned into what an action returns.
// Too many requests, Stripe's own troubles and the network's are tried again,
// no earlier than Stripe asks for; a missing object, a refused key or a request
// that Stripe does not take parks the delivery, and so does ErrNoKey. Its text
// is for operators: neither the key nor anything of a payload is in it.
func Verdict(err error) error {
	var said *stripe.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNoKey):
		return action.Permanent(fmt.Errorf("%w: put a restricted key into the stack's secret for it, then retry", err))
	case errors.As(err, &said):
		return answered(err, said)
	}
	return action.RetryAfter(&plain{err, "call Stripe: " + cause(err)}, 0)
}

// answered judges an error that Stripe sent.
func answered(err error, said *stripe.Error) error {
	text := fmt.Sprintf("Stripe answered %d", said.HTTPStatusCode)
	if said.Code != "" {
		text += " " + string(said.Code)
	}
	text += ": " + mask(said.Msg)
	switch said.HTTPStatusCode {
	case http.StatusUnauthorized:
		text += " (the API key is refused: put a valid one into the stack's secret for it, then retry)"
	case http.StatusForbidden:
		text += " (the API key lacks this permission: grant it to the restricted key in Stripe's dashboard, then retry)"
	}
	if said.RequestID != "" {
		text += ", request " + said.RequestID
	}
	err = &plain{err, text}
	switch code := said.HTTPStatusCode; {
	case code == http.StatusTooManyRequests, code == http.StatusConflict, code == http.StatusRequestTimeout, code >= 500:
		return action.RetryAfter(err, retryAfter(said))
	}
	return action.Permanent(err)
}

// Limited reports whether Stripe asks to send fewer requests, and for how long.
func Limited(err error) (time.Duration, bool) {
	var said *stripe.Error
	if errors.As(err, &said) && said.HTTPStatusCode == http.StatusTooManyRequests {
		return retryAfter(said), true
	}
	return 0, false
}

// retryAfter reads the header's seconds, up to an hour; 0 without it.
func retryAfter(said *stripe.Error) time.Duration {
	if said.LastResponse == nil {
		return 0
	}
	seconds, err := strconv.Atoi(said.LastResponse.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, time.Hour)
}

// plain is an error with a text of our own: those of stripe-go hold the answer.
type plain struct {
	err  error
	text string
}

func (p *plain) Error() string { return p.text }
func (p *plain) Unwrap() error { return p.err }

// cause says what happened without the query of a URL or a piece of the answer.
func cause(err error) string {
	var ours *setupError
	var network *url.Error
	switch {
	case errors.As(err, &ours):
		return ours.Error()
	case errors.As(err, &network):
		return mask(network.Err.Error())
	}
	return "its answer could not be read"
}

var (
	keyLike     = regexp.MustCompile(`\b(sk|rk|pk)_(live|test)_[A-Za-z0-9_*]+`)
	addressLike = regexp.MustCompile(`[^\s<>"',;:()\[\]]+@[^\s<>"',;:()\[\]]+`)
)

// mask takes keys and mail addresses out of a text: not only deliveries show
// it, the log of reconcile does too.
func mask(s string) string {
	return addressLike.ReplaceAllString(keyLike.ReplaceAllString(s, "${1}_${2}_…"), "[address]")
}

// setupError is a trouble of ours, before any call.
type setupError struct{ err error }

func (e *setupError) Error() string { return e.err.Error() }
func (e *setupError) Unwrap() error { return e.err }
