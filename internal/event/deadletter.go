package event

import (
	"context"
	"time"
)

// DeadLetter is a message that no attempt finished, or that no queue took.
type DeadLetter struct {
	Queue    string // the action or function whose dead letter it is
	Body     string
	Error    string // why it was not delivered, if whoever sent it says so
	Receipt  string // of this receive only
	Sent     time.Time
	Receives int
}

// DeadLetters are the dead letters of actions and of the pipeline's own
// functions, each by name. A name without a queue is ErrNotFound. Safe for
// concurrent use.
type DeadLetters interface {
	// Depth is about how many there are.
	Depth(ctx context.Context, name string) (int, error)
	// Receive returns up to ten and hides them for a while; none where it finds
	// none. The same one may come again.
	Receive(ctx context.Context, name string, hide time.Duration) ([]DeadLetter, error)
	// Release makes them visible at once.
	Release(ctx context.Context, ls []DeadLetter) error
	// Send puts a body into an action's queue.
	Send(ctx context.Context, action, body string) error
	// Delete removes one for good. One that is not there is no error.
	Delete(ctx context.Context, l DeadLetter) error
}
