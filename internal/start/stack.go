// Package start opens what a function reaches of the stack that it belongs to,
// from the environment that template.yaml gives every function. It is the only
// place that ends a process, and the only one that reads the wall clock.
package start

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/logging"

	"github.com/payhooks/payhooks/internal/addresses"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/metric"
	"github.com/payhooks/payhooks/internal/webhook"
	"github.com/payhooks/payhooks/internal/wire"
)

// Stack is an open stack.
type Stack struct {
	Name      string
	AWS       aws.Config
	Tables    *dynamo.Tables
	Retention time.Duration // how long events are kept
	Log       *slog.Logger
	// Warm is done before the first request, all of it at once.
	Warm []func(context.Context)
}

// Early has v do before the first request what the request would wait for.
func Early[T interface{ Warm(ctx context.Context) }](s *Stack, v T) T {
	s.Warm = append(s.Warm, v.Warm)
	return v
}

// Function opens the stack, lets build make the handler that aws-lambda-go
// serves, and serves it. It does not return. What fails before is logged and
// ends the process.
func Function(build func(*Stack) (handler any, err error)) {
	s, err := open()
	readRootsOnce(bundle)
	var handler any
	if err == nil {
		handler, err = build(s)
	}
	if err != nil {
		logger().Error("start", "error", err.Error())
		os.Exit(1)
	}
	s.warm()
	lambda.Start(counting{lambda.NewHandler(handler), s})
}

// warmTime bounds what is done before the first request: Lambda ends an init after ten
// seconds and repeats it within the request.
const warmTime = time.Second

// warm does what the first request would wait for. What fails or takes too long is left to
// it: nothing here is held against a service.
func (s *Stack) warm() {
	ctx, cancel := context.WithTimeout(context.Background(), warmTime)
	defer cancel()
	var all sync.WaitGroup
	for _, do := range s.Warm {
		all.Go(func() { do(ctx) })
	}
	all.Wait()
}

// counting writes what the process counted after each invocation.
type counting struct {
	lambda.Handler
	stack *Stack
}

// Invoke implements lambda.Handler.
func (c counting) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	defer func() { metric.Process.Write(ctx, c.stack.Log, c.stack.Name, Now()) }()
	return c.Handler.Invoke(ctx, payload)
}

// open reads STACK, RETENTION_DAYS, DICTIONARY and the AWS configuration.
func open() (*Stack, error) {
	s := &Stack{Name: os.Getenv("STACK"), Log: logger()}
	if s.Name == "" {
		return nil, fmt.Errorf("environment variable STACK is not set: template.yaml sets it to the stack's name")
	}
	days, err := strconv.Atoi(os.Getenv("RETENTION_DAYS"))
	if err != nil || days < 1 {
		return nil, fmt.Errorf("environment variable RETENTION_DAYS is %q: expected a number of days", os.Getenv("RETENTION_DAYS"))
	}
	s.Retention = time.Duration(days) * 24 * time.Hour
	if s.AWS, err = configuration(os.Getenv); err != nil {
		return nil, err
	}
	s.Tables = Early(s, dynamo.Open(s.AWS, s.Name, &metric.Process, Now))
	asked, err := dictionary(os.Getenv("DICTIONARY"))
	if asked {
		s.Tables = s.Tables.WithDictionary()
	}
	return s, err
}

// dictionary reports whether bodies are written with the dictionary.
func dictionary(value string) (asked bool, err error) {
	switch value {
	case "", "off":
		return false, nil
	case "on":
		return true, nil
	}
	return false, fmt.Errorf("environment variable DICTIONARY is %q: expected on or off, as the parameter Dictionary is", value)
}

// configuration is what Lambda gives every function: a region, and the keys of its role,
// which live as long as the process. It reads no files and asks no service.
func configuration(getenv func(string) string) (cfg aws.Config, err error) {
	cfg.Region = getenv("AWS_REGION")
	keys := aws.Credentials{
		AccessKeyID: getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken: getenv("AWS_SESSION_TOKEN"), Source: "environment",
	}
	if cfg.Region == "" || !keys.HasKeys() {
		return cfg, errors.New("environment variables AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: one is not set; Lambda sets them, and the local stack")
	}
	cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return keys, nil })
	for _, name := range []string{"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"} {
		if getenv(name) == "true" {
			return cfg, fmt.Errorf("environment variable %s is true: functions call AWS's usual endpoints only; remove it", name)
		}
	}
	if url := getenv("AWS_ENDPOINT_URL"); url != "" {
		cfg.BaseEndpoint = &url
	} else if !ownRoots(getenv) {
		cfg.HTTPClient = wire.AWS()
	}
	cfg.Logger = logging.Nop{} // the SDK's own lines are not structured; what matters is returned as an error
	return cfg, nil
}

// Endpoints reads ENDPOINTS.
func (s *Stack) Endpoints() (webhook.Endpoints, error) {
	endpoints, err := webhook.ParseEndpoints(os.Getenv("ENDPOINTS"))
	if err != nil {
		return nil, fmt.Errorf("environment variable ENDPOINTS: %w", err)
	}
	return endpoints, nil
}

// Addresses are those that Stripe posts from, nil unless STRIPE_ADDRESSES is on.
func (s *Stack) Addresses() *addresses.Source {
	if os.Getenv("STRIPE_ADDRESSES") != "on" {
		return nil
	}
	return &addresses.Source{Load: s.Tables.Load, Now: Now}
}

// Name is the function's name: the last element of its main package's path.
func Name() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return path.Base(info.Path)
	}
	return path.Base(os.Args[0])
}

// Now is the clock of the functions.
func Now() time.Time { return time.Now().UTC() }

// Sleep waits for d, or until ctx ends with its error.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func logger() *slog.Logger { return slog.New(lambdacontext.NewLogHandler()) }
