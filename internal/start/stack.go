// Package start opens what a function reaches of the stack that it belongs to,
// from the environment that template.yaml gives every function. It is the only
// place that ends a process, and the only one that reads the wall clock.
package start

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/smithy-go/logging"

	"github.com/payhooks/payhooks/internal/addresses"
	"github.com/payhooks/payhooks/internal/bus"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/metric"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Stack is an open stack.
type Stack struct {
	Name      string
	AWS       aws.Config
	Tables    *dynamo.Tables
	Retention time.Duration // how long events are kept
	Log       *slog.Logger
}

// Function opens the stack, lets build make the handler that aws-lambda-go
// serves, and serves it. It does not return. What fails before is logged and
// ends the process.
func Function(build func(*Stack) (handler any, err error)) {
	s, err := Open(context.Background())
	var handler any
	if err == nil {
		handler, err = build(s)
	}
	if err != nil {
		logger().Error("start", "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(counting{lambda.NewHandler(handler), s})
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

// Open reads STACK and RETENTION_DAYS and the AWS configuration.
func Open(ctx context.Context) (*Stack, error) {
	s := &Stack{Name: os.Getenv("STACK"), Log: logger()}
	if s.Name == "" {
		return nil, fmt.Errorf("environment variable STACK is not set: template.yaml sets it to the stack's name")
	}
	days, err := strconv.Atoi(os.Getenv("RETENTION_DAYS"))
	if err != nil || days < 1 {
		return nil, fmt.Errorf("environment variable RETENTION_DAYS is %q: expected a number of days", os.Getenv("RETENTION_DAYS"))
	}
	s.Retention = time.Duration(days) * 24 * time.Hour
	// The SDK's own lines are not structured; what matters is returned as an error.
	if s.AWS, err = config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{})); err != nil {
		return nil, fmt.Errorf("load AWS configuration: %w", err)
	}
	s.Tables = dynamo.New(dynamodb.NewFromConfig(s.AWS, dynamo.Retrying, dynamo.Counting(&metric.Process)), s.Name)
	return s, nil
}

// Bus returns the stack's bus, named by BUS.
func (s *Stack) Bus() *bus.Bus {
	return &bus.Bus{Client: eventbridge.NewFromConfig(s.AWS), Name: os.Getenv("BUS"), Now: Now}
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
