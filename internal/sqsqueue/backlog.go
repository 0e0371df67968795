// Package sqsqueue calls SQS: it delays messages for actions, and reads the queues of a stack
// for reconcile and operators.
package sqsqueue

import (
	"context"
	"fmt"
	"strconv"

	"github.com/payhooks/payhooks/internal/event"
)

// Mappings is a part of lambdacall.Client.
type Mappings interface {
	// Polled reports whether a function's mapping has the queue polled.
	Polled(ctx context.Context, arn string) (bool, error)
}

// Backlogs says what waits in each action's queue, and whether its function
// polls it. Safe for concurrent use.
type Backlogs struct {
	Client   *Client
	Mappings Mappings
	Stack    string
}

// Backlog reads the queue's attributes and the state of its event source
// mapping: up to three requests.
func (b *Backlogs) Backlog(ctx context.Context, action string) (event.Backlog, error) {
	name := b.Stack + "-" + action
	url, err := b.Client.getQueueURL(ctx, name)
	if err != nil {
		return event.Backlog{}, fmt.Errorf("find queue %s: %w", name, err)
	}
	has, err := b.Client.getQueueAttributes(ctx, url, visible, hidden, delayed, arn)
	if err != nil {
		return event.Backlog{}, fmt.Errorf("attributes of queue %s: %w", name, err)
	}
	var all event.Backlog
	for _, count := range []string{visible, hidden, delayed} {
		n, err := strconv.Atoi(has[count])
		if err != nil {
			return event.Backlog{}, fmt.Errorf("queue %s: %s is %q", name, count, has[count])
		}
		all.Messages += n
	}
	if has[arn] == "" {
		return event.Backlog{}, fmt.Errorf("queue %s: SQS did not return its ARN", name)
	}
	polled, err := b.Mappings.Polled(ctx, has[arn])
	if err != nil {
		return event.Backlog{}, fmt.Errorf("mappings of %s: %w", has[arn], err)
	}
	all.Disabled = !polled
	return all, nil
}
