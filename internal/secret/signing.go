package secret

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
	"github.com/payhooks/payhooks/internal/wire"
)

// Signing reads and writes the signing secrets of the stack's endpoints, for
// operators: nothing is kept in memory.
type Signing struct {
	Client *wire.Client // Manager
	Stack  string
	KeyArn string // of the KMS key of the stack; empty for that of AWS
}

// Name is the name of the endpoint's secret.
func (s Signing) Name(endpoint string) string { return s.Stack + "/webhooks/" + endpoint }

// Get returns the endpoint's signing secrets, none if the secret has no value.
func (s Signing) Get(ctx context.Context, endpoint string) ([]string, error) {
	text, err := read(ctx, s.Client, s.Name(endpoint))
	if errors.Is(err, event.ErrNotConfigured) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := webhook.ParseSecrets(text)
	if errors.Is(err, webhook.ErrNoSecret) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w; correct it first", s.Name(endpoint), err)
	}
	return all, nil
}

// Put replaces the endpoint's signing secrets. It creates the secret, under the stack's key,
// if there is none.
func (s Signing) Put(ctx context.Context, endpoint string, secrets []string) error {
	name, text := s.Name(endpoint), strings.Join(secrets, ",")
	err := put(ctx, s.Client, name, text)
	if isError(err, "ResourceNotFoundException") {
		in := struct {
			Name, SecretString, Description, ClientRequestToken string
			KmsKeyId                                            string `json:",omitempty"`
		}{name, text, "Stripe's signing secrets of the endpoint " + endpoint, token(), s.KeyArn}
		err = s.Client.JSON(ctx, service+".CreateSecret", in, &struct{}{})
	}
	if err != nil {
		return fmt.Errorf("write secret %s: %w", name, err)
	}
	return nil
}
