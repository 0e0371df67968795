package memory

import (
	"context"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// DeadLetters are those of queues in memory, by the name of their action: each
// queue's DeadLetter.
type DeadLetters map[string]*Queue

var _ event.DeadLetters = DeadLetters(nil)

func (d DeadLetters) dead(name string) (*Queue, error) {
	if q := d[name]; q != nil && q.DeadLetter != nil {
		return q.DeadLetter, nil
	}
	return nil, fmt.Errorf("no dead letters of %s: %w", name, event.ErrNotFound)
}

// Depth implements event.DeadLetters.
func (d DeadLetters) Depth(_ context.Context, name string) (int, error) {
	q, err := d.dead(name)
	if err != nil {
		return 0, err
	}
	return len(q.Messages()), nil
}

// Receive implements event.DeadLetters.
func (d DeadLetters) Receive(ctx context.Context, name string, hide time.Duration) ([]event.DeadLetter, error) {
	q, err := d.dead(name)
	if err != nil {
		return nil, err
	}
	got, err := q.Receive(ctx, 10)
	if err != nil {
		return nil, err
	}
	var ls []event.DeadLetter
	for _, m := range got {
		if err := q.ChangeVisibility(ctx, m.Receipt, hide); err != nil {
			return nil, err
		}
		ls = append(ls, event.DeadLetter{Queue: name, Body: m.Body, Receipt: m.Receipt, Sent: m.Sent, Receives: m.Receives})
	}
	return ls, nil
}

// Release implements event.DeadLetters.
func (d DeadLetters) Release(ctx context.Context, ls []event.DeadLetter) error {
	for _, l := range ls {
		q, err := d.dead(l.Queue)
		if err == nil {
			err = q.ChangeVisibility(ctx, l.Receipt, 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Send implements event.DeadLetters.
func (d DeadLetters) Send(ctx context.Context, action, body string) error {
	q := d[action]
	if q == nil {
		return fmt.Errorf("no queue of %s", action)
	}
	return q.Send(ctx, body, 0)
}

// Delete implements event.DeadLetters.
func (d DeadLetters) Delete(ctx context.Context, l event.DeadLetter) error {
	q, err := d.dead(l.Queue)
	if err != nil {
		return err
	}
	return q.Delete(ctx, l.Receipt)
}
