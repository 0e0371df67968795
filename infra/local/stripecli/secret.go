package stripecli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/webhook"
	"github.com/payhooks/payhooks/internal/wire"
)

// Live says why an environment or flags of the CLI would bring real customers' events, in
// one sentence without any key; empty if they do not.
func Live(key string, flags []string) string {
	switch {
	case strings.Contains(key, "_live_"):
		return "STRIPE_API_KEY is a key of live mode; set it to one of test mode (rk_test_…), or unset it"
	case slices.ContainsFunc(flags, func(f string) bool { return f == "--live" || strings.HasPrefix(f, "--live=") }):
		return "--live listens to real customers' events, which have no place on a local stack; leave it out"
	case slices.ContainsFunc(flags, func(f string) bool { return strings.Contains(f, "_live_") }):
		return "a flag has a key of live mode; use one of test mode (rk_test_…)"
	}
	return ""
}

// HandOver gives the endpoints of the running stack the CLI's signing secret, besides those
// that they have, and waits until they use it. The stack keeps it until
// STRIPE_WEBHOOK_SECRET changes.
func (c *CLI) HandOver(ctx context.Context, manager *wire.Client, e Endpoints, waiting func(time.Duration)) error {
	signing, err := c.Secret(ctx)
	if err != nil {
		return err
	}
	added := false
	for _, endpoint := range e.Names() {
		one, err := add(ctx, manager, endpoint, signing)
		if err != nil {
			return err
		}
		added = added || one
	}
	if !added {
		return nil
	}
	waiting(secret.RefreshEvery)
	select {
	case <-time.After(secret.RefreshEvery):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// add adds a signing secret to an endpoint's, unless it is one of them.
func add(ctx context.Context, manager *wire.Client, endpoint, signing string) (added bool, err error) {
	has, err := secret.Get(ctx, manager, local.WebhookSecrets+endpoint)
	if err != nil {
		return false, fmt.Errorf("read the signing secrets of endpoint %s: %w", endpoint, err)
	}
	known, err := webhook.ParseSecrets(has)
	if err != nil {
		return false, fmt.Errorf("the signing secrets of endpoint %s are damaged; start the stack again with another STRIPE_WEBHOOK_SECRET: %w", endpoint, err)
	}
	if slices.Contains(known, signing) {
		return false, nil
	}
	all := strings.Join(append(known, signing), ",")
	if err := secret.Put(ctx, manager, local.StackName, "webhooks/"+endpoint, all); err != nil {
		return false, fmt.Errorf("hand the CLI's signing secret over to endpoint %s: %w", endpoint, err)
	}
	return true, nil
}
