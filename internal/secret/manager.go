package secret

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/wire"
)

const service = "secretsmanager" // of AWS, and the name of its API

// Fetch returns the current text of a secret. event.ErrNotConfigured if there
// certainly is none; any other error means that the source cannot be read now.
type Fetch func(ctx context.Context, name string) (string, error)

// Manager is a client of Secrets Manager.
func Manager(cfg aws.Config, now func() time.Time) *wire.Client {
	return wire.New(service, cfg, now)
}

// FromManager fetches webhooks' signing secrets from Secrets Manager: the name is
// that of the endpoint, its secret is "<stack>/webhooks/<endpoint>".
func FromManager(client *wire.Client, stack string) Fetch {
	return func(ctx context.Context, endpoint string) (string, error) {
		return read(ctx, client, stack+"/webhooks/"+endpoint)
	}
}

// StripeKey is the stack's API key of Stripe: the secret "<stack>/stripe".
func StripeKey(cfg aws.Config, stack string, now func() time.Time) *Value {
	return open(cfg, stack+"/stripe", Rules{MaxAge: MaxAge, Absence: time.Minute, Refresh: RefreshEvery, Retry: RetryEvery}, now)
}

// SlackWebhook is the URL of the stack's webhook of Slack: the secret
// "<stack>/slack".
func SlackWebhook(cfg aws.Config, stack string, now func() time.Time) *Value {
	return open(cfg, stack+"/slack", Rules{MaxAge: MaxAge, Absence: MaxAge, Refresh: RefreshEvery, Retry: RetryEvery}, now)
}

// Named is another secret of the stack, "<stack>/<name>", for a function that adds one. Its
// first value is used within RefreshEvery after it was put there, a changed one within
// MaxAge.
func Named(cfg aws.Config, stack, name string, now func() time.Time) *Value {
	return open(cfg, stack+"/"+name, Rules{MaxAge: MaxAge, Absence: RefreshEvery, Refresh: RefreshEvery, Retry: RetryEvery}, now)
}

func open(cfg aws.Config, name string, r Rules, now func() time.Time) *Value {
	client := Manager(cfg, now)
	return &Value{Name: name, Rules: r, Now: now, Fetch: func(ctx context.Context, name string) (string, error) {
		return read(ctx, client, name)
	}}
}

// Put gives the stack's secret of that name a value. event.ErrNotFound if the stack has no
// such secret.
func Put(ctx context.Context, manager *wire.Client, stack, name, value string) error {
	name = stack + "/" + name
	err := put(ctx, manager, name, value)
	switch {
	case isError(err, "ResourceNotFoundException"):
		return fmt.Errorf("secret %s %w", name, event.ErrNotFound)
	case err != nil:
		return fmt.Errorf("put secret %s: %w", name, err)
	}
	return nil
}

func put(ctx context.Context, client *wire.Client, name, value string) error {
	in := struct{ SecretId, SecretString, ClientRequestToken string }{name, value, token()}
	return client.JSON(ctx, service+".PutSecretValue", in, &struct{}{})
}

// token makes repeats of a write one write; it has at least 32 characters.
func token() string { return rand.Text() + rand.Text() }

// Get returns the current text of a secret by its full name. Its errors are the service's.
func Get(ctx context.Context, manager *wire.Client, name string) (string, error) {
	var out struct{ SecretString string }
	err := manager.JSON(ctx, service+".GetSecretValue", struct{ SecretId string }{name}, &out)
	return out.SecretString, err
}

// read returns the current value of a secret.
func read(ctx context.Context, client *wire.Client, name string) (string, error) {
	text, err := Get(ctx, client, name)
	switch {
	case absent(err), err == nil && text == "":
		return "", fmt.Errorf("secret %s has no value: %w", name, event.ErrNotConfigured)
	case err != nil:
		return "", fmt.Errorf("read secret %s: %w", name, err)
	}
	return text, nil
}

// absent reports whether the secret has no value, was never made, or is marked
// for deletion (which Secrets Manager calls an invalid request).
func absent(err error) bool {
	return isError(err, "ResourceNotFoundException", "InvalidRequestException")
}

// isError reports whether the service answered with one of these.
func isError(err error, codes ...string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(codes, api.ErrorCode())
}
