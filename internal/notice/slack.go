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
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/payhooks/payhooks/internal/outcome"
)

// kept is how long the webhook, or that there is none, is believed.
const kept = 5 * time.Minute

// Slack posts to an incoming webhook of Slack, or of what takes the same form.
// Safe for concurrent use.
type Slack struct {
	// Webhook reads the webhook's URL, empty where there is none. It is a
	// secret: whoever has it can post.
	Webhook func(context.Context) (string, error)
	Now     func() time.Time
	http    outcome.Doer

	mu   sync.Mutex
	url  string
	read time.Time
}

// NewSlack returns a client that reads its webhook from the secret of the name.
func NewSlack(cfg aws.Config, secret string) *Slack {
	return &Slack{Webhook: fromManager(cfg, secret), Now: time.Now, http: outcome.HTTP()}
}

// Configured reports whether there is a webhook. The secret is read every five
// minutes at the most; an error means that it cannot be read now, or is no
// webhook.
func (s *Slack) Configured(ctx context.Context) (bool, error) {
	u, err := s.webhook(ctx)
	return u != "", err
}

// Send posts n with a single request, if Slack is configured.
func (s *Slack) Send(ctx context.Context, n Notice) error {
	to, err := s.webhook(ctx)
	if err != nil {
		return fmt.Errorf("notice %w: %w", outcome.ErrNotSent, err)
	}
	body, err := json.Marshal(map[string]string{"text": escape("*" + n.Subject + "*\n" + n.Text)})
	if err != nil {
		return fmt.Errorf("notice %w: %w", outcome.ErrRejected, err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("notice %w: %w", outcome.ErrRejected, errWebhook)
	}
	req.Header.Set("Content-Type", "application/json")
	p := &outcome.Probe{Next: s.http}
	res, err := p.Do(req)
	if err != nil {
		return outcome.Failed("Slack", err, p.Connected()).Err("notice", advice)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode/100 == 2 {
		return nil
	}
	return outcome.Answered("Slack", res.StatusCode, "").Err("notice", advice)
}

// escape is how Slack wants the three characters that it gives a meaning.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// errWebhook never tells the value: it is the secret.
var errWebhook = errors.New("the secret with Slack's webhook is not an https:// address")

func (s *Slack) webhook(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if age := s.Now().Sub(s.read); !s.read.IsZero() && age >= 0 && age < kept {
		return s.url, nil
	}
	text, err := s.Webhook(ctx)
	if err != nil {
		return "", fmt.Errorf("read Slack's webhook: %w", err)
	}
	text = strings.TrimSpace(text)
	if u, err := url.Parse(text); text != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		return "", errWebhook
	}
	s.url, s.read = text, s.Now()
	return s.url, nil
}

// fromManager reads the secret's current value; none is empty.
func fromManager(cfg aws.Config, name string) func(context.Context) (string, error) {
	sm := secretsmanager.NewFromConfig(cfg)
	return func(ctx context.Context) (string, error) {
		out, err := sm.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
		missing, deleted := new(types.ResourceNotFoundException), new(types.InvalidRequestException)
		if errors.As(err, &missing) || errors.As(err, &deleted) {
			return "", nil
		}
		if err != nil {
			return "", fmt.Errorf("secret %s: %w", name, err)
		}
		return aws.ToString(out.SecretString), nil
	}
}
