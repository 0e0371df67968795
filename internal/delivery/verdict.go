package delivery

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// throttledFor is how long a service is left alone after it was throttled.
const throttledFor = time.Minute

// UnknownError reports that an external effect may or may not have happened.
type UnknownError struct {
	Key string
	err error
}

func (e *UnknownError) Error() string { return fmt.Sprintf("%s: outcome unknown: %v", e.Key, e.err) }
func (e *UnknownError) Unwrap() error { return e.err }

// withheldError is what an effect returns that Skip withheld. The changes of
// state of the same attempt commit all the same.
type withheldError struct{ err error }

func (e *withheldError) Error() string { return e.err.Error() }
func (e *withheldError) Unwrap() error { return e.err }

// withheldOnly reports whether err consists of withheld effects alone.
func withheldOnly(err error) bool {
	switch e := err.(type) { //nolint:errorlint // As would find one of several and pass over the others
	case *withheldError:
		return true
	case interface{ Unwrap() []error }:
		return !slices.ContainsFunc(e.Unwrap(), func(err error) bool { return !withheldOnly(err) })
	case interface{ Unwrap() error }:
		return withheldOnly(e.Unwrap())
	}
	return false
}

// classify returns the verdict that a client's error stands for. Every error of
// package event that a client returns reports that nothing happened.
func classify(err error) error {
	switch {
	case err == nil, knownNotPerformed(err):
		return err
	case errors.Is(err, event.ErrThrottled):
		return event.RetryAfter(err, throttledFor)
	case errors.Is(err, event.ErrNotSent), errors.Is(err, event.ErrDenied):
		return event.RetryAfter(err, 0)
	case errors.Is(err, event.ErrRejected), errors.Is(err, event.ErrNotConfigured):
		return event.Permanent(err)
	}
	return err
}

// knownNotPerformed reports whether err, returned by an effect, reports that it
// did not happen.
func knownNotPerformed(err error) bool {
	var p *event.PermanentError
	var r *event.RetryError
	var s *event.SkipError
	return errors.As(err, &p) || errors.As(err, &r) || errors.As(err, &s)
}

// apply writes what the function returned into the delivery.
func (a *Attempt) apply(err error) {
	var (
		permanent *event.PermanentError
		unknown   *UnknownError
	)
	err = classify(err)
	now, d := a.h.Now(), &a.d
	d.Took = max(0, now.Sub(a.began).Milliseconds())
	d.Updated, d.Next, d.Lease, d.Sent = now, now, time.Time{}, time.Time{}
	d.Outcome, d.Error, d.Effect, d.Effects = "", "", "", a.effects
	d.Withheld = slices.ContainsFunc(a.effects, func(e event.EffectOutcome) bool { return e.State == withheld })
	switch {
	case err == nil:
		d.State, d.Outcome = event.Done, redact(a.summary(nil))
		return
	case errors.As(err, &unknown):
		d.State, d.Effect = event.Unknown, unknown.Key
	case event.Skipped(err):
		d.State, d.Withheld, d.Outcome = event.Done, true, redact(err.Error())
		if a.did() {
			d.Outcome = redact(a.summary(err))
		}
		return
	case errors.As(err, &permanent):
		d.State = event.Parked
	default:
		a.later(now, err)
	}
	d.Error = redact(err.Error())
	d.Record(event.Attempt{At: now, Took: d.Took, Error: d.Error})
}

// did reports whether an effect was performed for this event.
func (a *Attempt) did() bool {
	for _, by := range a.doneBy {
		if by == a.d.Event {
			return true
		}
	}
	return false
}

// summary is what the function says it did, which effects were withheld, and why
// the rest was skipped.
func (a *Attempt) summary(skipped error) string {
	var parts []string
	if a.outcome != "" {
		parts = append(parts, a.outcome)
	}
	for _, e := range a.effects {
		if e.State == withheld {
			parts = append(parts, e.Key+" "+e.Why)
		}
		if e.Report != "" {
			parts = append(parts, e.Key+" "+string(e.Report))
		}
	}
	if skipped != nil && !withheldOnly(skipped) {
		parts = append(parts, skipped.Error())
	}
	return strings.Join(parts, ", ")
}

// later schedules the next attempt, or parks what has been retried for too long.
func (a *Attempt) later(now time.Time, err error) {
	d := &a.d
	if now.Sub(d.RoundBegan()) >= event.RetryLimit {
		d.State = event.Parked
		return
	}
	next := wait(d.Attempts-d.Before, a.h.Rand())
	var retry *event.RetryError
	if errors.As(err, &retry) {
		if next = max(next, retry.After); retry.Exact {
			next = retry.After
		}
	}
	d.State, d.Next = event.Waiting, now.Add(next)
	if next <= carried {
		d.Sent = d.Next // the queue carries it until then
	}
}
