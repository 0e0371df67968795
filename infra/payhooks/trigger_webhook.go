package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/webhook"
)

// target returns the URL to post to and the secret to sign with. What the
// flags leave open is the running local stack's; nothing is needed of that
// when both are given, or when nothing is posted.
func (f *triggerFlags) target() (address, secret string, err error) {
	address, secret = f.url, f.secret
	if secret == "" && address != "" {
		secret = os.Getenv("STRIPE_WEBHOOK_SECRET")
	}
	if address != "" && secret == "" {
		return "", "", cli.Usage("--url needs the endpoint's signing secret: --secret or STRIPE_WEBHOOK_SECRET")
	}
	if address == "" {
		run, err := local.Find(cli.DataDir())
		switch {
		case err == nil:
			address = run.API
			secret = cmp.Or(secret, run.SigningSecret)
		case f.envelope && errors.Is(err, local.ErrNotRunning):
			secret = cmp.Or(secret, "whsec_local")
		default:
			return "", "", err
		}
	}
	secrets, err := webhook.ParseSecrets(secret)
	if err != nil {
		return "", "", cli.Usage("signing secret: %v", err)
	}
	address, err = trigger.WebhookURL(address, f.endpoint)
	return address, secrets[0], err
}

// printEnvelope prints the event that API Gateway makes of a post.
func printEnvelope(w io.Writer, endpoint string, body []byte, signature string) error {
	path := "/webhooks/" + endpoint
	envelope := map[string]any{
		"version": "2.0", "routeKey": "ANY /webhooks/{endpoint}", "rawPath": path, "rawQueryString": "",
		"headers":        map[string]string{"content-type": "application/json; charset=utf-8", "stripe-signature": signature},
		"requestContext": map[string]any{"http": map[string]string{"method": "POST", "path": path}, "stage": "$default"},
		"pathParameters": map[string]string{"endpoint": endpoint}, "body": string(body), "isBase64Encoded": false,
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(envelope); err != nil {
		return fmt.Errorf("print envelope: %w", err)
	}
	return nil
}
