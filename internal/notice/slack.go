package notice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/outcome"
	"github.com/payhooks/payhooks/internal/safetext"
)

// Slack posts to an incoming webhook of Slack, or of a service that takes the
// same form. Safe for concurrent use.
type Slack struct {
	// Webhook returns the webhook's URL, which is a secret: anyone who has it
	// can post. event.ErrNotConfigured or an empty text where there is none.
	Webhook func(context.Context) (string, error)
	http    outcome.Doer
}

// NewSlack returns a client that posts to the webhook, each notice over its
// own connection.
func NewSlack(webhook func(context.Context) (string, error)) *Slack {
	return &Slack{Webhook: webhook, http: outcome.HTTP()}
}

// Configured reports whether there is a webhook. An error means that it cannot be
// read now, or is not a webhook.
func (s *Slack) Configured(ctx context.Context) (bool, error) {
	u, err := s.webhook(ctx)
	return u != "", err
}

// Send posts n with a single request. Its errors are those of package event; any
// other one leaves the outcome unknown.
func (s *Slack) Send(ctx context.Context, n Notice) error {
	to, err := s.webhook(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("notice %w: %w", event.ErrNotSent, err)
	case to == "":
		return fmt.Errorf("notice: Slack's webhook is %w", event.ErrNotConfigured)
	}
	body, err := json.Marshal(map[string]string{"text": markup(n)})
	if err != nil {
		return fmt.Errorf("notice %w: %w", event.ErrRejected, err)
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	ctx, connected := outcome.Watch(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("notice %w: %w", event.ErrRejected, errWebhook)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.http.Do(req)
	if err != nil {
		return outcome.Failed("Slack", err, connected()).Err("notice", advice)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode/100 == 2 {
		return nil
	}
	return outcome.Answered("Slack", res.StatusCode, "").Err("notice", advice)
}

// markup is n as Slack shows it, the subject in bold.
func markup(n Notice) string {
	return "*" + inert.Replace(safetext.Line(n.Subject, maxSubject)) + "*\n" + inert.Replace(safetext.Lines(n.Text, maxText))
}

// inert escapes the three characters that Slack gives a meaning, so that no text
// is a link or a mention. Services that take Slack's form mention people by the bare
// sign.
var inert = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "＠")

// errWebhook does not contain the value: it is the secret.
var errWebhook = errors.New("the secret with Slack's webhook is not an https:// address")

func (s *Slack) webhook(ctx context.Context) (string, error) {
	text, err := s.Webhook(ctx)
	text = strings.TrimSpace(text)
	switch {
	case errors.Is(err, event.ErrNotConfigured), err == nil && text == "":
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read Slack's webhook: %w", err)
	}
	if u, err := url.Parse(text); err != nil || u.Scheme != "https" || u.Host == "" {
		return "", errWebhook
	}
	return text, nil
}
