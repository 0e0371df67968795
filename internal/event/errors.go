package event

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Errors of the ports and of clients. Adapters return them wrapped; test with
// errors.Is. Package delivery decides once what each means for a delivery: an
// error that is not in this file is retried after a read and leaves the outcome
// unknown after an effect.
var (
	ErrNotFound = errors.New("not found")
	// ErrInvalid: this input can never succeed, however often it is tried.
	ErrInvalid = errors.New("invalid")
	// ErrErased: a person's data was erased, and the event with it. It is an ErrInvalid.
	ErrErased   = fmt.Errorf("erased: %w", ErrInvalid)
	ErrTooLarge = errors.New("larger than the store takes")
	ErrConflict = errors.New("state changed since it was read")
	ErrFenced   = errors.New("another attempt owns the delivery")
	ErrFinished = errors.New("delivery is finished")
	ErrNotDue   = errors.New("delivery is not due")
	ErrTaken    = errors.New("effect key is taken")

	// ErrNotConfigured: a key, a secret or an address is missing. An operator
	// sets it, then retries.
	ErrNotConfigured = errors.New("not configured")
	// ErrDenied: the credentials lack the permission.
	ErrDenied = errors.New("denied")
	// ErrThrottled: the service accepts no more for now. Nothing happened.
	ErrThrottled = errors.New("throttled")
	// ErrNotSent: the service was not reached, or could not authenticate the
	// request. Nothing happened.
	ErrNotSent = errors.New("not sent")
	// ErrRejected: the service will never accept the request as it is. Nothing
	// happened.
	ErrRejected = errors.New("rejected")
)

// PermanentError ends a delivery as parked.
type PermanentError struct{ err error }

func (e *PermanentError) Error() string { return e.err.Error() }
func (e *PermanentError) Unwrap() error { return e.err }

// Permanent reports that no attempt can succeed: the delivery parks now. From an
// effect it reports that the effect was rejected and did not happen.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &PermanentError{err}
}

// RetryError asks for another attempt, no earlier than After from now.
type RetryError struct {
	err   error
	After time.Duration
	Exact bool // neither later, as the schedule would have it, nor earlier
}

func (e *RetryError) Error() string { return e.err.Error() }
func (e *RetryError) Unwrap() error { return e.err }

// RetryAfter asks for the next attempt no earlier than d from now. From an
// effect it reports that the effect did not happen, as when throttled.
func RetryAfter(err error, d time.Duration) error {
	if err == nil {
		return nil
	}
	return &RetryError{err: err, After: d}
}

// RetryIn asks for the next attempt d from now, however many there were: for what
// is known to be on its way. The caller must end it.
func RetryIn(err error, d time.Duration) error {
	return &RetryError{err: err, After: d, Exact: true}
}

// SkipError reports that there is nothing to do.
type SkipError struct{ Why Reason }

func (e *SkipError) Error() string { return "skipped: " + string(e.Why) }

// Skip finishes a delivery without a change and keeps the reason. From an effect
// it reports that the effect is withheld: it did not happen, and an operator may
// still ask for it.
func Skip(why Reason) error { return &SkipError{why} }

// Skipf is Skip with a format.
func Skipf(format string, args ...any) error { return Skip(Reason(fmt.Sprintf(format, args...))) }

// Skipped reports whether err is a Skip and nothing else: of joined errors all
// must be, so that one effect without work does not hide another's failure.
func Skipped(err error) bool {
	switch e := err.(type) { //nolint:errorlint // As would find one of several and pass over the others
	case *SkipError:
		return true
	case interface{ Unwrap() []error }:
		return !slices.ContainsFunc(e.Unwrap(), func(err error) bool { return !Skipped(err) })
	case interface{ Unwrap() error }:
		return Skipped(e.Unwrap())
	}
	return false
}
