package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/webhook"
)

// webhookPost posts events to a webhook endpoint, as Stripe does.
type webhookPost struct {
	url, secret string
	client      *http.Client
}

func newWebhookPost(url, secret string) *webhookPost {
	return &webhookPost{url, secret, &http.Client{Timeout: postTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: posters}}}
}

// send signs at the last moment, so that no wait makes a signature old.
func (p *webhookPost) send(ctx context.Context, body []byte) (code int, status string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "Stripe/1.0 (payhooks trigger)")
	req.Header.Set("Stripe-Signature", webhook.Sign(body, p.secret, time.Now()))
	res, err := p.client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	var said struct{ Status, Reason, Error, Message string }
	text, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return res.StatusCode, "", fmt.Errorf("read the answer: %w", err)
	}
	// The gateway's own refusals need not be JSON; the code says enough then.
	_ = json.Unmarshal(text, &said)
	status = said.Status
	if said.Reason != "" {
		status += ": " + said.Reason
	}
	if refusal := firstOf(said.Error, said.Message); refusal != "" {
		return res.StatusCode, status, errors.New(refusal)
	}
	return res.StatusCode, status, nil
}

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
			secret = firstOf(secret, run.SigningSecret)
		case f.envelope && errors.Is(err, local.ErrNotRunning):
			secret = firstOf(secret, "whsec_local")
		default:
			return "", "", err
		}
	}
	secrets, err := webhook.ParseSecrets(secret)
	if err != nil {
		return "", "", cli.Usage("signing secret: %v", err)
	}
	address, err = webhookURL(address, f.endpoint)
	return address, secrets[0], err
}

// webhookURL adds /webhooks/{endpoint} unless it is there already.
func webhookURL(address, endpoint string) (string, error) {
	if address == "" {
		return "", nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", cli.Usage("--url %q is no http:// or https:// URL", address)
	}
	if !strings.Contains(u.Path, "/webhooks/") {
		u = u.JoinPath("webhooks", url.PathEscape(endpoint))
	}
	return u.String(), nil
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
