package secret

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// FromManager fetches from Secrets Manager: the current value of the secret
// "<stack>/webhooks/<endpoint>".
func FromManager(client *secretsmanager.Client, stack string) Fetch {
	return func(ctx context.Context, endpoint string) (string, error) {
		name := stack + "/webhooks/" + endpoint
		out, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(name)})
		if gone(err) {
			return "", fmt.Errorf("%s: %w", name, ErrMissing)
		}
		if err != nil {
			return "", fmt.Errorf("read secret %s: %w", name, err)
		}
		if aws.ToString(out.SecretString) == "" {
			return "", fmt.Errorf("%s: %w", name, ErrMissing)
		}
		return *out.SecretString, nil
	}
}

// gone reports whether the secret has no value, was never made, or is marked
// for deletion (which Secrets Manager calls an invalid request).
func gone(err error) bool {
	missing, deleted := new(types.ResourceNotFoundException), new(types.InvalidRequestException)
	return errors.As(err, &missing) || errors.As(err, &deleted)
}
