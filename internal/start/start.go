// Package start opens what a function reaches of the stack that it belongs to,
// from the environment that template.yaml gives every function.
package start

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/smithy-go/logging"
	"github.com/payhooks/payhooks/internal/bus"
	"github.com/payhooks/payhooks/internal/dynamo"
)

// Stack is an open stack.
type Stack struct {
	Name      string
	AWS       aws.Config
	Tables    *dynamo.Tables
	Retention time.Duration // how long events are kept
}

// Open reads STACK and RETENTION_DAYS and the AWS configuration.
func Open(ctx context.Context) (*Stack, error) {
	s := &Stack{Name: os.Getenv("STACK")}
	if s.Name == "" {
		return nil, fmt.Errorf("environment variable STACK is not set: template.yaml sets it to the stack's name")
	}
	days, err := strconv.Atoi(os.Getenv("RETENTION_DAYS"))
	if err != nil || days < 1 {
		return nil, fmt.Errorf("environment variable RETENTION_DAYS is %q: want a number of days", os.Getenv("RETENTION_DAYS"))
	}
	s.Retention = time.Duration(days) * 24 * time.Hour
	// The SDK's own lines are not structured; what matters comes back as an error.
	if s.AWS, err = config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{})); err != nil {
		return nil, fmt.Errorf("load AWS configuration: %w", err)
	}
	s.Tables = dynamo.New(dynamodb.NewFromConfig(s.AWS), s.Name)
	return s, nil
}

// MustOpen is Open for a main: it logs what is wrong and exits.
func MustOpen() *Stack {
	s, err := Open(context.Background())
	if err != nil {
		slog.New(lambdacontext.NewLogHandler()).Error("start", "error", err.Error())
		os.Exit(1)
	}
	return s
}

// Bus returns the stack's bus, named by BUS.
func (s *Stack) Bus() *bus.Bus {
	return bus.New(eventbridge.NewFromConfig(s.AWS), os.Getenv("BUS"))
}

// Now is the clock of the functions.
func Now() time.Time { return time.Now().UTC() }
