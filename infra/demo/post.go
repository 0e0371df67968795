package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/parallel"
	"github.com/payhooks/payhooks/internal/webhook"
)

// posters is how many requests run at once.
const posters = 8

// postAll posts the events, signed. A response other than 2xx is an error.
func postAll(ctx context.Context, api string, es []Event, progress func()) error {
	return parallel.Each(ctx, posters, es, func(ctx context.Context, e Event) error {
		defer progress()
		return Post(ctx, api, e.Body)
	})
}

// Post signs the body with Secret and posts it to the endpoint default. A response
// other than 2xx is an error.
func Post(ctx context.Context, api string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, api+"/webhooks/default", strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Stripe-Signature", webhook.Sign(body, Secret, time.Now()))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("the stack answered %s: %s", res.Status, answer)
	}
	return nil
}
