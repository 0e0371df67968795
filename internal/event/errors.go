package event

import "errors"

// Errors of the ports. Adapters return them wrapped; test with errors.Is.
var (
	ErrNotFound = errors.New("not found")
	ErrTooLarge = errors.New("larger than the store takes")
	ErrFinished = errors.New("delivery is finished")
	ErrNotDue   = errors.New("delivery is not due")
	ErrFenced   = errors.New("another attempt owns the delivery")
	ErrConflict = errors.New("state changed since it was read")
	ErrTaken    = errors.New("effect key is taken")
	// ErrInvalid: this input can never succeed, however often it is tried.
	ErrInvalid = errors.New("invalid")
	// ErrNotConfigured: nobody has said how to reach it.
	ErrNotConfigured = errors.New("not configured")
	// ErrDenied: what we ask with does not have the right.
	ErrDenied = errors.New("refused")
)
