package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/addresses"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

// answer is the result of a request: for the sender the code, for us the rest.
type answer struct {
	code   int
	reason string       // word for logs and metrics
	why    event.Reason // 200: why the event is not stored as one
	detail string       // which of several causes
	facts  event.Facts
	id     string            // of the request, as in the API's access log
	origin addresses.Verdict // of the address that it came from
	err    error             // for the log only
}

// accepted is for what is durable, or rightly dropped.
func (a answer) accepted(result event.Result, why event.Reason) answer {
	a.code, a.reason, a.why = http.StatusOK, result.String(), why
	return a
}

// failed is for what the store did not take.
func (a answer) failed(err error) answer {
	a.code, a.reason, a.err = http.StatusServiceUnavailable, "store_failed", err
	if errors.Is(err, event.ErrTooLarge) {
		a.code, a.reason = http.StatusRequestEntityTooLarge, "too_large"
	}
	return a
}

// panicked is for what a panic ended.
func (a answer) panicked(p *panicked) answer {
	a.code, a.reason, a.err = http.StatusInternalServerError, "panic", p
	return a
}

// secretFailure marks an error as our own, met while looking for secrets.
type secretFailure struct{ error }

func (e secretFailure) Unwrap() error { return e.error }

func secretError(err error) error { return secretFailure{err} }

// refusal is the answer to a request of so many bytes that could not be verified: the
// sender's fault is 4xx, ours 5xx.
func refusal(err error, size int) answer {
	var ours secretFailure
	switch {
	case errors.Is(err, webhook.ErrNoSecret), errors.Is(err, webhook.ErrBadSecret):
		return answer{code: http.StatusInternalServerError, reason: "no_secret", err: err}
	case errors.As(err, &ours):
		return answer{code: http.StatusServiceUnavailable, reason: "secret_failed", err: err}
	}
	a := answer{code: http.StatusBadRequest, reason: "bad_signature", detail: cause(err)}
	if errors.Is(err, errBody) {
		a.reason, a.detail = "bad_body", ""
	}
	if size > webhook.MaxBody { // not too_large: anyone can post that
		a.code = http.StatusRequestEntityTooLarge
	}
	return a
}

func cause(err error) string {
	switch {
	case errors.Is(err, webhook.ErrNoHeader):
		return "no_header"
	case errors.Is(err, webhook.ErrTooOld):
		return "too_old"
	case errors.Is(err, webhook.ErrTooNew):
		return "too_new"
	case errors.Is(err, webhook.ErrNoMatch):
		return "no_match"
	}
	return "malformed"
}

// response is all that the sender reads. What is said about a signed event
// goes to whoever holds the secret, so it may name the reason.
func (a answer) response() events.APIGatewayV2HTTPResponse {
	headers := map[string]string{"content-type": "application/json"}
	said := map[string]string{}
	switch a.code {
	case http.StatusOK:
		said["status"] = a.reason
		if a.why != "" {
			said["reason"] = string(a.why)
		}
	case http.StatusBadRequest:
		said["error"] = "not correctly signed by Stripe, or not in time"
	case http.StatusForbidden:
		said["error"] = "not from an address of Stripe's webhooks"
	case http.StatusNotFound:
		said["error"] = "no such endpoint"
	case http.StatusMethodNotAllowed:
		said["error"] = "only POST is accepted here"
		headers["allow"] = http.MethodPost
	case http.StatusRequestEntityTooLarge:
		said["error"] = "the event is too large to be stored"
	default:
		said["error"] = "not stored; send it again later"
	}
	body, err := json.Marshal(said)
	if err != nil { // cannot be: strings only
		body = []byte("{}")
	}
	return events.APIGatewayV2HTTPResponse{StatusCode: a.code, Headers: headers, Body: string(body)}
}

// log writes the one line of a request or message. Nothing in it comes from the
// payload beyond the event's id and type, and nothing at all before the signature
// was found right.
func (a answer) log(ctx context.Context, log *slog.Logger, took time.Duration) {
	attrs := []slog.Attr{
		slog.String("event", a.facts.ID), slog.String("type", a.facts.Type),
		slog.String("endpoint", a.facts.Endpoint), slog.Int("answer", a.code),
		slog.String("reason", a.logged()), slog.Int64("ms", took.Milliseconds()),
	}
	if a.id != "" {
		attrs = append(attrs, slog.String("request", a.id))
	}
	if a.origin == addresses.Counted {
		attrs = append(attrs, slog.String("address", string(a.origin))) // not the address itself
	}
	if a.detail != "" {
		attrs = append(attrs, slog.String("detail", a.detail))
	}
	if a.err != nil {
		attrs = append(attrs, slog.String("error", a.err.Error()))
	}
	var p *panicked
	if errors.As(a.err, &p) {
		attrs = append(attrs, slog.String("stack", p.stack))
	}
	log.LogAttrs(ctx, a.level(), "request", attrs...)
}

// logged is the reason as the metric filters read it: quarantined:no_id.
func (a answer) logged() string {
	if a.why == "" {
		return a.reason
	}
	return a.reason + ":" + string(a.why)
}

// level is error for what an operator must look at.
func (a answer) level() slog.Level {
	switch {
	case a.code >= 500, a.reason == "too_large", a.reason == event.ResultConflict.String():
		return slog.LevelError
	case a.code >= 400, a.reason == event.ResultQuarantined.String():
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
