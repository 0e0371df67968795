// Package ingest handles webhook requests: it verifies the signature, stores the
// event once, then answers 200.
package ingest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/addresses"
	"github.com/payhooks/payhooks/internal/webhook"
)

// margin is what is left of the function's time for the answer, so that a slow
// table gives the sender a 5xx and not a timeout.
const margin = 500 * time.Millisecond

// Secrets gives the signing secrets of an endpoint. webhook.ErrNoSecret and
// webhook.ErrBadSecret mean that there is nothing to verify against; other
// errors mean "unavailable". Safe for concurrent use.
type Secrets interface {
	// Secrets returns at least one secret, or an error.
	Secrets(ctx context.Context, endpoint string) ([]string, error)
	// Refresh looks for newer secrets after none of known matched, as often
	// as is reasonable, and reports whether they differ from known.
	Refresh(ctx context.Context, endpoint string, known []string) (secrets []string, changed bool, err error)
}

// Handler answers the requests of API Gateway. Safe for concurrent use.
type Handler struct {
	Endpoints webhook.Endpoints
	Secrets   Secrets
	Intake    *Intake
	Addresses *addresses.Source // nil: from where a request comes does not matter
	Now       func() time.Time
	Log       *slog.Logger
}

// Handle answers one request and writes one log line about it. It answers 2xx
// only after the event is durable in the store or the quarantine, or was
// rightly dropped; its error is always nil.
func (h *Handler) Handle(ctx context.Context, req events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	start := h.Now()
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-margin))
		defer cancel()
	}
	a := h.answer(ctx, req, start)
	a.id = req.RequestContext.RequestID
	a.log(ctx, h.Log, h.Now().Sub(start))
	return a.response(), nil
}

// answer makes the checks in the order of what they cost.
func (h *Handler) answer(ctx context.Context, req events.APIGatewayV2HTTPRequest, now time.Time) answer {
	endpoint, ok := h.Endpoints[req.PathParameters["endpoint"]]
	if !ok {
		return answer{code: http.StatusNotFound, reason: "unknown_endpoint"}
	}
	origin := h.Addresses.Of(ctx, req.RequestContext.HTTP.SourceIP)
	a := answer{code: http.StatusForbidden, reason: "address"}
	if origin != addresses.Refused {
		a = h.receive(ctx, endpoint, req, now)
	}
	a.facts.Endpoint, a.origin = endpoint.Name, origin
	return a
}

func (h *Handler) receive(ctx context.Context, endpoint webhook.Endpoint, req events.APIGatewayV2HTTPRequest, now time.Time) answer {
	if req.RequestContext.HTTP.Method != http.MethodPost {
		return answer{code: http.StatusMethodNotAllowed, reason: "method"}
	}
	body, err := h.verified(ctx, endpoint.Name, req, now)
	switch {
	case endpoint.Name == EventBridgeEndpoint && errors.Is(err, webhook.ErrNoSecret):
		// The row is of the partner bus, which needs no secret: without one this is
		// no webhook, and a stranger's request must not raise the alarm.
		return answer{code: http.StatusNotFound, reason: "unknown_endpoint"}
	case err != nil:
		return refusal(err, size(req))
	}
	facts, result, reason, err := h.Intake.Accept(ctx, Arrival{Endpoint: endpoint, Context: endpoint.Connect, Received: now}, body)
	var p *panicked
	switch a := (answer{facts: facts}); {
	case errors.As(err, &p):
		return answer{}.panicked(p)
	case err != nil:
		return a.failed(err)
	default:
		return a.accepted(result, reason)
	}
}

// verified returns the bytes that were posted, if they are signed. It checks the header
// before it decodes the body: only for what could be signed does anybody's request cost
// more than that. A body over the limit is verified, too, so that the alarm of those that
// are too large counts what Stripe sends and nothing else; Lambda takes no event over 6 MiB.
func (h *Handler) verified(ctx context.Context, endpoint string, req events.APIGatewayV2HTTPRequest, now time.Time) ([]byte, error) {
	signature, err := webhook.ParseSignature(signatureHeader(req.Headers), now)
	if err != nil {
		return nil, err
	}
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	return body, h.verify(ctx, endpoint, body, &signature)
}

// verify asks for secrets again if none matches: a secret rolled a moment ago works
// without a deploy.
func (h *Handler) verify(ctx context.Context, endpoint string, body []byte, signature *webhook.Signature) error {
	secrets, err := h.Secrets.Secrets(ctx, endpoint)
	if err != nil {
		return secretError(err)
	}
	if err = signature.Verify(body, secrets); !errors.Is(err, webhook.ErrNoMatch) {
		return err
	}
	secrets, changed, refreshErr := h.Secrets.Refresh(ctx, endpoint, secrets)
	if refreshErr != nil {
		return secretError(refreshErr)
	}
	if !changed {
		return err
	}
	return signature.Verify(body, secrets)
}
