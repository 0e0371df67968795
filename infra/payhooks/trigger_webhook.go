package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

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
