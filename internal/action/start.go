package action

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	mathrand "math/rand/v2"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/sqsqueue"
	"github.com/payhooks/payhooks/internal/start"
)

// Option changes how a function is started.
type Option int

// AnyVersion declares that the function reads events of every API version
// although T is not a Decoder; for example with T = json.RawMessage.
const AnyVersion Option = 1

// recoveryTime is a part of the ten seconds in which Lambda expects a function to start.
const recoveryTime = 3 * time.Second

// Function is a team's function.
type Function[T any] = func(context.Context, *Event[T]) error

// Start runs fn as this Lambda function's action. It is all that a main calls.
// The action is named for the folder of the main package.
func Start[T any](fn Function[T], opts ...Option) {
	StartWith(func(*start.Stack) (Function[T], error) { return fn, nil }, opts...)
}

// StartWith is Start for a function that needs clients or settings: open makes
// it from the stack. Its error ends the process with a log line.
func StartWith[T any](open func(*start.Stack) (Function[T], error), opts ...Option) {
	Serve(func(s *start.Stack) (*delivery.Handler, error) {
		fn, err := open(s)
		return New(fn, opts...), err
	})
}

// Serve is StartWith for a function that reads the stored event as it is. open sets
// what is special about the handler.
func Serve(open func(*start.Stack) (*delivery.Handler, error)) {
	start.Batches(func(s *start.Stack) (any, error) {
		h, err := open(s)
		if err != nil {
			return nil, err
		}
		h.Action, h.Store, h.Ledger, h.Rights = start.Name(), s.Tables, s.Tables, s.Tables
		h.Queue = &sqsqueue.Visibility{Client: sqsqueue.New(s.AWS, start.Now)}
		h.Now, h.Pause, h.Log = start.Now, start.Sleep, s.Log
		h.Rand, h.Owner = mathrand.Float64, rand.Text
		recovering(s, h)
		return function{h}, nil
	})
}

// function implements lambda.Handler: the handler on the bytes that Lambda has.
type function struct{ handler *delivery.Handler }

// Invoke implements lambda.Handler. Audits compare rows as they are written: nothing in
// them is escaped.
func (f function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	reply, err := f.handler.Invoke(ctx, payload)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err = e.Encode(reply)
	return out.Bytes(), err
}

// recovering ends what the process before this one did not. What cannot be ended now
// is when its event comes again.
func recovering(s *start.Stack, h *delivery.Handler) {
	r, ok := s.Recorder()
	if !ok {
		return
	}
	h.Recorder = r
	ctx, cancel := context.WithTimeout(context.Background(), recoveryTime)
	defer cancel()
	if err := h.Recover(ctx); err != nil {
		s.Log.WarnContext(ctx, "interrupted attempts", "error", err.Error())
	}
}

// New returns a Handler that runs fn; the caller fills the ports.
func New[T any](fn Function[T], opts ...Option) *delivery.Handler {
	anyVersion := len(opts) > 0 && opts[0] == AnyVersion
	return &delivery.Handler{Run: func(ctx context.Context, a *delivery.Attempt) error {
		stored := a.Stored()
		e := &Event[T]{Facts: stored.Facts, run: a}
		if err := fill(ctx, e, stored.Payload(), anyVersion); err != nil {
			return err
		}
		return fn(ctx, e)
	}}
}
