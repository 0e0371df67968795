package wire

import (
	"cmp"
	"context"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// address is where the configuration has the service: at an address for it, at that of all
// services, or at AWS's. Functions have the latter; operators may have any in their
// environment or profile, read as the SDK reads it.
func (c *Client) address() string {
	if url := cmp.Or(c.own(), aws.ToString(c.Config.BaseEndpoint)); url != "" {
		return strings.TrimSuffix(url, "/") // a call's path begins with one
	}
	host := cmp.Or(hosts[c.Service], c.Service)
	if validated(c.Config) && (!strings.HasPrefix(c.Config.Region, "us-gov-") || slices.Contains(validatedInGov, c.Service)) {
		host += "-fips"
	}
	return endpoint(host, c.Config.Region)
}

// own is the service's address: AWS_ENDPOINT_URL_SQS, or that of the profile, unless an
// AWS_ENDPOINT_URL is nearer.
func (c *Client) own() string {
	_, all := os.LookupEnv("AWS_ENDPOINT_URL")
	_, one := os.LookupEnv("AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(c.name(), " ", "_")))
	if all && !one || ignored(c.Config) {
		return ""
	}
	for _, source := range c.Config.ConfigSources {
		if s, ok := source.(interface {
			GetServiceBaseEndpoint(ctx context.Context, service string) (string, bool, error)
		}); ok {
			if url, found, err := s.GetServiceBaseEndpoint(context.Background(), c.name()); found || err != nil {
				return url
			}
		}
	}
	return ""
}

// ignored reports whether the configuration's addresses of services count for nothing.
func ignored(cfg aws.Config) bool {
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(interface {
			GetIgnoreConfiguredEndpoints(ctx context.Context) (bool, bool, error)
		}); ok {
			if ignore, found, err := s.GetIgnoreConfiguredEndpoints(context.Background()); found || err != nil {
				return ignore
			}
		}
	}
	return false
}

// validatedInGov are the services whose FIPS hosts in GovCloud have another name; the usual
// hosts of the others are those.
var validatedInGov = []string{"lambda", "secretsmanager", "ses"}

// validated reports whether the configuration wants FIPS hosts.
func validated(cfg aws.Config) bool {
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(interface {
			GetUseFIPSEndpoint(ctx context.Context) (aws.FIPSEndpointState, bool, error)
		}); ok {
			if state, found, err := s.GetUseFIPSEndpoint(context.Background()); found || err != nil {
				return state == aws.FIPSEndpointStateEnabled
			}
		}
	}
	return false
}

// DualStack reports whether the configuration wants hosts that have IPv6 addresses, too, which
// clients of this package do not call.
func DualStack(cfg aws.Config) bool {
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(interface {
			GetUseDualStackEndpoint(ctx context.Context) (aws.DualStackEndpointState, bool, error)
		}); ok {
			if state, found, err := s.GetUseDualStackEndpoint(context.Background()); found || err != nil {
				return state == aws.DualStackEndpointStateEnabled
			}
		}
	}
	return false
}
