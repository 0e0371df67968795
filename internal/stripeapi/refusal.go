package stripeapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/event"
)

// refusal is an error that Stripe sent, in the shape of either API version.
type refusal struct {
	status                 int
	code, message, request string
	after                  time.Duration // what Stripe asks to wait
	missing                bool          // Stripe does not have the object
}

// Error is for programs: operators read the verdict.
func (r *refusal) Error() string { return fmt.Sprintf("Stripe answered %d %s", r.status, r.code) }

// refused returns what Stripe sent, or nil if err is anything else.
func refused(err error) *refusal {
	var r *refusal
	var answer *stripe.Error
	switch {
	case errors.As(err, &r):
		return r
	case errors.As(err, &answer):
		r = &refusal{status: answer.HTTPStatusCode, code: string(answer.Code), message: answer.Msg, request: answer.RequestID}
		r.missing = answer.Code == stripe.ErrorCodeResourceMissing
		if answer.LastResponse != nil {
			r.after = retryAfter(answer.LastResponse.Header)
		}
	}
	return r
}

// refusalOf reads an answer that is not a success. nil: it is not Stripe's, but
// a proxy's for example.
func refusalOf(res *http.Response, body []byte) *refusal {
	var answer struct {
		Error *struct{ Code, Message string }
	}
	if json.Unmarshal(body, &answer) != nil || answer.Error == nil || res.StatusCode < http.StatusBadRequest {
		return nil
	}
	return &refusal{
		status: res.StatusCode, code: answer.Error.Code, message: answer.Error.Message, request: res.Header.Get("Request-Id"),
		after: retryAfter(res.Header), missing: res.StatusCode == http.StatusNotFound,
	}
}

// verdict is the error of package event for it, with a text for operators.
func (r *refusal) verdict(err error) error {
	err = &plain{err, r.text()}
	switch r.status {
	case http.StatusTooManyRequests, http.StatusConflict, http.StatusRequestTimeout:
		return event.RetryAfter(err, r.after)
	}
	if r.status >= http.StatusInternalServerError {
		return event.RetryAfter(err, r.after)
	}
	return event.Permanent(err)
}

func (r *refusal) text() string {
	text := fmt.Sprintf("Stripe answered %d", r.status)
	if r.code != "" {
		text += " " + r.code
	}
	text += ": " + mask(r.message)
	switch r.status {
	case http.StatusUnauthorized:
		text += " (the API key is refused: put a valid one into the stack's secret for it, then retry)"
	case http.StatusForbidden:
		text += " (the API key lacks this permission: grant it to the restricted key in Stripe's dashboard, then retry)"
	}
	if r.request != "" {
		text += ", request " + r.request
	}
	return text
}

// retryAfter reads the header's seconds, up to an hour; 0 without it.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, time.Hour)
}
