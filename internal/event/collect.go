package event

import (
	"errors"
	"iter"
)

// Collect reads a sequence of a port to its end. unreadable joins the errors
// that are ErrInvalid; all others are in all. err ended the sequence early.
func Collect[T any](seq iter.Seq2[T, error]) (all []T, unreadable, err error) {
	for v, e := range seq {
		switch {
		case e == nil:
			all = append(all, v)
		case errors.Is(e, ErrInvalid):
			unreadable = errors.Join(unreadable, e)
		default:
			return all, unreadable, e
		}
	}
	return all, unreadable, nil
}
