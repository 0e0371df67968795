// Package action is the harness under every action: a function per event type
// that a team writes, run so that its changes of state happen exactly once and
// its effects outside are never repeated blindly.
//
// A function gets one event and returns a verdict. Everything around it is
// here: the claim on the delivery, the decoding, the transaction, retries,
// parking, partial batches.
package action

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/queue"
)

// Option changes how a function is started.
type Option int

// AnyVersion declares that the function reads events of every API version
// although T is not a Decoder; with T = json.RawMessage, say.
const AnyVersion Option = 1

// Start runs fn as this Lambda function's action. It is all that a main calls.
// The action is named for the folder of the main package.
func Start[T any](fn func(context.Context, *Event[T]) error, opts ...Option) {
	h := New(fn, opts...)
	if err := h.connect(context.Background()); err != nil {
		h.Log.Error("start", "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(h.Handle)
}

// connect fills the handler's ports with the real ones.
func (h *Handler) connect(ctx context.Context) error {
	h.Log = slog.New(lambdacontext.NewLogHandler())
	stack := os.Getenv("STACK")
	if stack == "" {
		return fmt.Errorf("environment variable STACK is not set: template.yaml sets it to the stack's name")
	}
	days, err := strconv.Atoi(os.Getenv("RETENTION_DAYS"))
	if err != nil || days < 1 {
		return fmt.Errorf("environment variable RETENTION_DAYS is %q: want a number of days", os.Getenv("RETENTION_DAYS"))
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("load AWS configuration: %w", err)
	}
	tables := dynamo.New(dynamodb.NewFromConfig(cfg), stack)
	h.Action, h.Store, h.Ledger = name(), tables, tables
	h.Queue = &queue.Queue{Client: sqs.NewFromConfig(cfg)}
	h.Retention = time.Duration(days)*24*time.Hour + giveUp
	h.Now = func() time.Time { return time.Now().UTC() }
	h.Rand, h.Owner, h.Pause = mathrand.Float64, rand.Text, sleep
	return nil
}

// name is the last element of the main package's path.
func name() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return path.Base(info.Path)
	}
	return path.Base(os.Args[0])
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
