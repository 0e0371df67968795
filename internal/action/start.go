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
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"path"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/payhooks/payhooks/internal/sqsqueue"
	"github.com/payhooks/payhooks/internal/start"
)

// Option changes how a function is started.
type Option int

// AnyVersion declares that the function reads events of every API version
// although T is not a Decoder; with T = json.RawMessage, say.
const AnyVersion Option = 1

// Start runs fn as this Lambda function's action. It is all that a main calls.
// The action is named for the folder of the main package.
func Start[T any](fn func(context.Context, *Event[T]) error, opts ...Option) {
	s := start.MustOpen()
	h := New(fn, opts...)
	h.Action, h.Store, h.Ledger = name(), s.Tables, s.Tables
	h.Queue = &sqsqueue.Queue{Client: sqs.NewFromConfig(s.AWS)}
	h.Retention = s.Retention + giveUp
	h.Now, h.Rand, h.Owner, h.Pause = start.Now, mathrand.Float64, rand.Text, sleep
	h.Log = slog.New(lambdacontext.NewLogHandler())
	lambda.Start(h.Invoke)
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
