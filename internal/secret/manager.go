package secret

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/payhooks/payhooks/internal/event"
)

// Fetch returns the current text of a secret. event.ErrNotConfigured if there
// certainly is none; any other error means that the source cannot be read now.
type Fetch func(ctx context.Context, name string) (string, error)

// FromManager fetches webhooks' signing secrets from Secrets Manager: the name is
// that of the endpoint, its secret is "<stack>/webhooks/<endpoint>".
func FromManager(client *secretsmanager.Client, stack string) Fetch {
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
	client := secretsmanager.NewFromConfig(cfg)
	return &Value{Name: name, Rules: r, Now: now, Fetch: func(ctx context.Context, name string) (string, error) {
		return read(ctx, client, name)
	}}
}

// Put gives the stack's secret of that name a value. event.ErrNotFound if the stack has no
// such secret.
func Put(ctx context.Context, cfg aws.Config, stack, name, value string) error {
	name = stack + "/" + name
	_, err := secretsmanager.NewFromConfig(cfg).PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: &value})
	missing := new(types.ResourceNotFoundException)
	switch {
	case errors.As(err, &missing):
		return fmt.Errorf("secret %s %w", name, event.ErrNotFound)
	case err != nil:
		return fmt.Errorf("put secret %s: %w", name, err)
	}
	return nil
}

// read returns the current value of a secret.
func read(ctx context.Context, client *secretsmanager.Client, name string) (string, error) {
	out, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	switch {
	case absent(err), err == nil && aws.ToString(out.SecretString) == "":
		return "", fmt.Errorf("secret %s has no value: %w", name, event.ErrNotConfigured)
	case err != nil:
		return "", fmt.Errorf("read secret %s: %w", name, err)
	}
	return *out.SecretString, nil
}

// absent reports whether the secret has no value, was never made, or is marked
// for deletion (which Secrets Manager calls an invalid request).
func absent(err error) bool {
	missing, deleted := new(types.ResourceNotFoundException), new(types.InvalidRequestException)
	return errors.As(err, &missing) || errors.As(err, &deleted)
}
