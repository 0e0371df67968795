package memory

import (
	"context"
	"errors"
	"fmt"
)

// ErrUnavailable is the usual error to order in a Fault. It is not one of package
// event's, so callers read it as "unavailable, try again".
var ErrUnavailable = errors.New("unavailable")

// Op is one I/O: a port's method and what it is about, as in {"Put", "evt_1"}.
type Op struct{ Name, Key string }

func (o Op) String() string { return o.Name + " " + o.Key }

// Fault is what happens around one I/O. Both functions are called without any
// lock held, so that they may block until a scheduler continues, move a clock,
// start other work, or panic to crash the caller.
type Fault struct {
	// Before runs first. Its error is returned and nothing happens.
	Before func() error
	// After runs once it happened. Its error takes the place of the reply.
	After func() error
}

// Hook decides the fault of each I/O. The nil Hook orders none.
type Hook func(Op) Fault

// Refuse makes the I/O fail without effect.
func Refuse(err error) Fault { return Fault{Before: func() error { return err }} }

// LoseReply lets the I/O happen and the caller get err instead.
func LoseReply(err error) Fault { return Fault{After: func() error { return err }} }

// do runs effect with the ordered fault around it, and again up to attempts
// times while it ends in ErrUnavailable, as an SDK's retries do. effect must
// recognise its own earlier success.
func (h Hook) do(ctx context.Context, op Op, attempts int, effect func() error) error {
	for try := 1; ; try++ {
		err := h.once(ctx, op, effect)
		if try >= attempts || !errors.Is(err, ErrUnavailable) {
			return err
		}
	}
}

func (h Hook) once(ctx context.Context, op Op, effect func() error) error {
	var f Fault
	if h != nil {
		f = h(op)
	}
	if f.Before != nil {
		if err := f.Before(); err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	err := effect()
	if f.After != nil {
		if lost := f.After(); lost != nil {
			return fmt.Errorf("%s: %w", op, lost)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}
