package action

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// A function's verdict is its error. nil commits what it asked for; a plain
// error is tried again on the schedule; the ones made here say otherwise.

type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

// Permanent parks the delivery now: no attempt can succeed. Inside Outside it
// says that the effect was refused and certainly did not happen.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

type retryError struct {
	err   error
	after time.Duration
}

func (e *retryError) Error() string { return e.err.Error() }
func (e *retryError) Unwrap() error { return e.err }

// RetryAfter asks for the next attempt no earlier than d from now. Inside
// Outside it says that the effect certainly did not happen, as when throttled.
func RetryAfter(err error, d time.Duration) error {
	if err == nil {
		return nil
	}
	return &retryError{err, d}
}

// NotSent says, inside Outside, that the effect certainly did not happen and
// may be tried again on the schedule. Elsewhere it changes nothing.
func NotSent(err error) error { return RetryAfter(err, 0) }

type skipError struct{ why string }

func (e *skipError) Error() string { return "ignored: " + e.why }

// Skip finishes the delivery without committing anything and keeps the reason.
func Skip(why string) error { return &skipError{why} }

// Skipf is Ignore with a format.
func Skipf(format string, args ...any) error { return Skip(fmt.Sprintf(format, args...)) }

// Skipped reports whether err is one of Ignore and says nothing else: joined
// errors must all be. That one effect has nothing to do hides no other's
// failure.
func Skipped(err error) bool {
	switch e := err.(type) { //nolint:errorlint // As would find one of them and pass over the others
	case *skipError:
		return true
	case interface{ Unwrap() []error }:
		return !slices.ContainsFunc(e.Unwrap(), func(err error) bool { return !Skipped(err) })
	case interface{ Unwrap() error }:
		return Skipped(e.Unwrap())
	}
	return false
}

// unknownError: an outside effect may or may not have happened.
type unknownError struct {
	key string
	err error
}

func (e *unknownError) Error() string { return fmt.Sprintf("%s: unknown outcome: %v", e.key, e.err) }
func (e *unknownError) Unwrap() error { return e.err }

// certain reports whether err, returned from inside Outside, says that the
// effect did not happen.
func certain(err error) bool {
	var p *permanentError
	var r *retryError
	var i *skipError
	return errors.As(err, &p) || errors.As(err, &r) || errors.As(err, &i)
}
