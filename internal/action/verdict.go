package action

import (
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// The returned error decides. nil commits what the function asked for; a plain
// error is retried on the schedule; the ones made here ask for something else.

// Permanent parks the delivery now: no attempt can succeed. Inside Outside it
// reports that the effect was rejected and did not happen.
func Permanent(err error) error { return event.Permanent(err) }

// RetryAfter asks for the next attempt no earlier than d from now. Inside
// Outside it reports that the effect did not happen, as when throttled.
func RetryAfter(err error, d time.Duration) error { return event.RetryAfter(err, d) }

// RetryIn retries after d, whatever the schedule says: for what is known to be on
// its way, such as another event. The schedule does not end it: the function must.
func RetryIn(err error, d time.Duration) error { return event.RetryIn(err, d) }

// NotSent reports, inside Outside, that the effect did not happen and may be
// retried on the schedule. Elsewhere it changes nothing.
func NotSent(err error) error { return event.RetryAfter(err, 0) }

// Skip finishes the delivery without committing anything and keeps the reason.
// Inside Outside it withholds that effect: changes of state commit all the same,
// and an operator may still ask for the effect.
func Skip(why string) error { return event.Skip(event.Reason(why)) }

// Skipf is Skip with a format.
func Skipf(format string, args ...any) error { return event.Skipf(format, args...) }

// Skipped reports whether err is a Skip and nothing else: of joined errors all
// must be.
func Skipped(err error) bool { return event.Skipped(err) }
