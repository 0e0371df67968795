package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/webhook"
)

// Invoke implements lambda.Handler: Handle on the bytes that Lambda has.
func (h *Handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	req, err := readRequest(payload)
	if err != nil {
		return nil, err
	}
	res, err := h.Handle(ctx, req)
	if err != nil {
		return nil, err
	}
	return json.Marshal(res)
}

// Warm reads the secrets of all endpoints, as far as ctx lets it. What is wrong with one, its
// requests say.
func (h *Handler) Warm(ctx context.Context) {
	var all sync.WaitGroup
	for name := range h.Endpoints {
		if name != EventBridgeEndpoint { // which needs none
			all.Go(func() { _, _ = h.Secrets.Secrets(ctx, name) })
		}
	}
	all.Wait()
}

// readRequest reads what Handle looks at.
func readRequest(payload []byte) (req events.APIGatewayV2HTTPRequest, err error) {
	r, ok := webhook.ReadRequest(payload)
	if !ok {
		if err := json.Unmarshal(payload, &req); err != nil {
			return req, fmt.Errorf("not a request of an HTTP API, format 2.0: %w", err)
		}
		return req, nil
	}
	req.Headers, req.Body, req.IsBase64Encoded = r.Signatures, r.Body, r.Base64
	req.PathParameters = map[string]string{"endpoint": r.Endpoint}
	req.RequestContext.RequestID = r.ID
	req.RequestContext.HTTP.Method, req.RequestContext.HTTP.SourceIP = r.Method, r.SourceIP
	return req, nil
}
