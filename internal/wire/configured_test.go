package wire

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyendpoints "github.com/aws/smithy-go/endpoints"
)

var no = false

// services are all that this package is used for, with the SDK's ways to find them.
var services = map[string]struct {
	configured func(aws.Config) *string
	resolve    func(region *string, fips *bool) (smithyendpoints.Endpoint, error)
}{
	"cloudformation": {
		func(cfg aws.Config) *string { return cloudformation.NewFromConfig(cfg).Options().BaseEndpoint },
		func(region *string, fips *bool) (smithyendpoints.Endpoint, error) {
			return cloudformation.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), cloudformation.EndpointParameters{Region: region, UseFIPS: fips, UseDualStack: &no})
		},
	},
	"dynamodb": {
		func(cfg aws.Config) *string { return dynamodb.NewFromConfig(cfg).Options().BaseEndpoint },
		func(region *string, fips *bool) (smithyendpoints.Endpoint, error) {
			return dynamodb.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), dynamodb.EndpointParameters{Region: region, UseFIPS: fips, UseDualStack: &no})
		},
	},
	"events": {
		func(cfg aws.Config) *string { return eventbridge.NewFromConfig(cfg).Options().BaseEndpoint },
		func(region *string, fips *bool) (smithyendpoints.Endpoint, error) {
			return eventbridge.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), eventbridge.EndpointParameters{Region: region, UseFIPS: fips, UseDualStack: &no})
		},
	},
	"lambda": {
		func(cfg aws.Config) *string { return lambda.NewFromConfig(cfg).Options().BaseEndpoint },
		func(region *string, fips *bool) (smithyendpoints.Endpoint, error) {
			return lambda.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), lambda.EndpointParameters{Region: region, UseFIPS: fips, UseDualStack: &no})
		},
	},
	"logs": {
		func(cfg aws.Config) *string { return cloudwatchlogs.NewFromConfig(cfg).Options().BaseEndpoint },
		func(region *string, fips *bool) (smithyendpoints.Endpoint, error) {
			return cloudwatchlogs.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), cloudwatchlogs.EndpointParameters{Region: region, UseFIPS: fips, UseDualStack: &no})
		},
	},
	"monitoring": {
		func(cfg aws.Config) *string { return cloudwatch.NewFromConfig(cfg).Options().BaseEndpoint },
		func(region *string, fips *bool) (smithyendpoints.Endpoint, error) {
			return cloudwatch.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), cloudwatch.EndpointParameters{Region: region, UseFIPS: fips, UseDualStack: &no})
		},
	},
	"secretsmanager": {
		func(cfg aws.Config) *string { return secretsmanager.NewFromConfig(cfg).Options().BaseEndpoint },
		func(region *string, fips *bool) (smithyendpoints.Endpoint, error) {
			return secretsmanager.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), secretsmanager.EndpointParameters{Region: region, UseFIPS: fips, UseDualStack: &no})
		},
	},
	"ses": {
		func(cfg aws.Config) *string { return sesv2.NewFromConfig(cfg).Options().BaseEndpoint },
		func(region *string, fips *bool) (smithyendpoints.Endpoint, error) {
			return sesv2.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), sesv2.EndpointParameters{Region: region, UseFIPS: fips, UseDualStack: &no})
		},
	},
	"sns": {
		func(cfg aws.Config) *string { return sns.NewFromConfig(cfg).Options().BaseEndpoint },
		func(region *string, fips *bool) (smithyendpoints.Endpoint, error) {
			return sns.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), sns.EndpointParameters{Region: region, UseFIPS: fips, UseDualStack: &no})
		},
	},
	"sqs": {
		func(cfg aws.Config) *string { return sqs.NewFromConfig(cfg).Options().BaseEndpoint },
		func(region *string, fips *bool) (smithyendpoints.Endpoint, error) {
			return sqs.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), sqs.EndpointParameters{Region: region, UseFIPS: fips, UseDualStack: &no})
		},
	},
	"streams.dynamodb": {
		func(cfg aws.Config) *string { return dynamodbstreams.NewFromConfig(cfg).Options().BaseEndpoint },
		func(region *string, fips *bool) (smithyendpoints.Endpoint, error) {
			return dynamodbstreams.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), dynamodbstreams.EndpointParameters{Region: region, UseFIPS: fips, UseDualStack: &no})
		},
	},
	"sts": {
		func(cfg aws.Config) *string { return sts.NewFromConfig(cfg).Options().BaseEndpoint },
		func(region *string, fips *bool) (smithyendpoints.Endpoint, error) {
			return sts.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), sts.EndpointParameters{Region: region, UseFIPS: fips, UseDualStack: &no, UseGlobalEndpoint: &no})
		},
	},
}

func TestAddressesAreThoseOfTheSDK(t *testing.T) {
	for _, region := range []string{
		"us-east-1", "eu-central-1", "ap-southeast-7", "mx-central-1", "il-central-1", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "cn-northwest-1",
		"us-iso-east-1", "us-isob-east-1", "us-isof-south-1", "eu-isoe-west-1", "eusc-de-east-1",
	} {
		for service, s := range services {
			theirs, err := s.resolve(&region, &no)
			if got := endpoint(cmp.Or(hosts[service], service), region); err != nil || got != theirs.URI.String() {
				t.Errorf("%s: %s, the SDK has %s, %v", region, got, theirs.URI.String(), err)
			}
		}
	}
}

// configuration is that of an operator's environment and profile, and of nothing else.
func configuration(t *testing.T, region, profile string, env map[string]string, options ...func(*config.LoadOptions) error) aws.Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte("[default]\n"+profile), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS"} {
		t.Setenv(name, "") // for the end of the test, which sets again what was there
		_ = os.Unsetenv(name)
	}
	for name, value := range map[string]string{"AWS_CONFIG_FILE": file, "AWS_SHARED_CREDENTIALS_FILE": file, "AWS_REGION": region} {
		t.Setenv(name, value)
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	cfg, err := config.LoadDefaultConfig(t.Context(), options...)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestFIPSHostsAreThoseOfTheSDK(t *testing.T) {
	yes := true
	for _, region := range []string{"us-east-1", "us-west-2", "ca-central-1", "us-gov-west-1", "us-gov-east-1"} {
		t.Run(region, func(t *testing.T) {
			cfg := configuration(t, region, "", map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"})
			for service, s := range services {
				theirs, err := s.resolve(&region, &yes)
				if got := New(service, cfg, time.Now).endpoint; err != nil || got != theirs.URI.String() {
					t.Errorf("%s, the SDK has %s, %v", got, theirs.URI.String(), err)
				}
			}
		})
	}
}

func TestConfiguredAddressesAreThoseOfTheSDK(t *testing.T) {
	const profile = "services = own\nendpoint_url = http://profile\n[services own]\nsqs =\n  endpoint_url = http://profile-sqs\nsecrets_manager =\n  endpoint_url = http://profile-secrets\ndynamodb_streams =\n  endpoint_url = http://profile-streams\n"
	for name, c := range map[string]struct {
		profile string
		env     map[string]string
		options []func(*config.LoadOptions) error
	}{
		"none":                   {},
		"all":                    {env: map[string]string{"AWS_ENDPOINT_URL": "http://all"}},
		"one":                    {env: map[string]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://one", "AWS_ENDPOINT_URL_SESV2": "http://mail"}},
		"all and one":            {env: map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": "http://one"}},
		"of the profile":         {profile: profile},
		"the profile's and all":  {profile: profile, env: map[string]string{"AWS_ENDPOINT_URL": "http://all"}},
		"the profile's and one":  {profile: profile, env: map[string]string{"AWS_ENDPOINT_URL_SQS": "http://one"}},
		"ignored":                {profile: profile, env: map[string]string{"AWS_ENDPOINT_URL_SQS": "http://one", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}},
		"of the local stack":     {options: []func(*config.LoadOptions) error{config.WithBaseEndpoint("http://local")}},
		"of the local stack too": {profile: profile, env: map[string]string{"AWS_ENDPOINT_URL_SQS": "http://one"}, options: []func(*config.LoadOptions) error{config.WithBaseEndpoint("http://local")}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := configuration(t, "eu-west-1", c.profile, c.env, c.options...)
			for service, s := range services {
				want := aws.ToString(s.configured(cfg))
				if want == "" {
					want = endpoint(cmp.Or(hosts[service], service), "eu-west-1")
				}
				if got := New(service, cfg, time.Now).endpoint; got != want {
					t.Errorf("%s: %s, the SDK has %s", service, got, want)
				}
			}
		})
	}
}

func TestRepeatsAreThoseOfTheConfiguration(t *testing.T) {
	for name, c := range map[string]struct {
		env      map[string]string
		attempts int
		adaptive bool
	}{
		"none": {nil, 3, false}, "attempts": {map[string]string{"AWS_MAX_ATTEMPTS": "7"}, 7, false},
		"adaptive": {map[string]string{"AWS_RETRY_MODE": "adaptive"}, 3, true}, "both": {map[string]string{"AWS_RETRY_MODE": "adaptive", "AWS_MAX_ATTEMPTS": "2"}, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := configuration(t, "eu-west-1", "", c.env)
			r := New("sqs", cfg, time.Now).Retryer
			if theirs := sqs.NewFromConfig(cfg).Options().Retryer; r.MaxAttempts() != c.attempts || theirs.MaxAttempts() != c.attempts {
				t.Errorf("%d attempts, the SDK makes %d", r.MaxAttempts(), theirs.MaxAttempts())
			}
			cfg.RetryMaxAttempts = 0
			if _, adaptive := New("sqs", cfg, time.Now).Retryer.(*retry.AdaptiveMode); adaptive != c.adaptive {
				t.Errorf("adaptive: %v", adaptive)
			}
		})
	}
}

func TestDualStackIsSeenInEnvironmentAndProfile(t *testing.T) {
	for name, c := range map[string]struct {
		profile string
		env     map[string]string
		want    bool
	}{
		"none": {"", nil, false}, "environment": {"", map[string]string{"AWS_USE_DUALSTACK_ENDPOINT": "true"}, true},
		"profile": {"use_dualstack_endpoint = true\n", nil, true}, "off": {"use_dualstack_endpoint = true\n", map[string]string{"AWS_USE_DUALSTACK_ENDPOINT": "false"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := DualStack(configuration(t, "eu-west-1", c.profile, c.env)); got != c.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
