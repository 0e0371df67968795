package trigger

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Webhook posts events to a webhook endpoint, as Stripe does.
type Webhook struct {
	URL    string
	secret string
	client *http.Client
}

// NewWebhook posts to the URL of an endpoint, signed with its secret.
func NewWebhook(url, secret string) *Webhook {
	return &Webhook{url, secret, &http.Client{Timeout: postTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: posters}}}
}

// Close closes idle connections.
func (p *Webhook) Close() { p.client.CloseIdleConnections() }

// Send signs at the last moment, so that no wait makes a signature old.
func (p *Webhook) Send(ctx context.Context, body []byte) (code int, status string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, bytes.NewReader(body))
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
	if refusal := cmp.Or(said.Error, said.Message); refusal != "" {
		return res.StatusCode, status, errors.New(refusal)
	}
	return res.StatusCode, status, nil
}

// WebhookURL adds /webhooks/{endpoint} unless it is there already.
func WebhookURL(address, endpoint string) (string, error) {
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
