package sqsqueue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/internal/event"
)

// DeadLetters are the dead letters of a stack: the queues STACK-NAME-dead, next
// to the actions' queues STACK-NAME.
type DeadLetters struct {
	Client *Client
	Stack  string

	urls sync.Map // by name
}

var _ event.DeadLetters = (*DeadLetters)(nil)

// Depth implements event.DeadLetters. What somebody looks at is still there.
func (d *DeadLetters) Depth(ctx context.Context, name string) (int, error) {
	url, err := d.url(ctx, name+"-dead")
	if err != nil {
		return 0, err
	}
	counts := []string{visible, hidden}
	has, err := d.Client.getQueueAttributes(ctx, url, counts...)
	if err != nil {
		return 0, fmt.Errorf("dead letters of %s: %w", name, err)
	}
	depth := 0
	for _, count := range counts {
		n, err := strconv.Atoi(has[count])
		if err != nil {
			return 0, fmt.Errorf("dead letters of %s: %s: %w", name, count, err)
		}
		depth += n
	}
	return depth, nil
}

// Receive implements event.DeadLetters. It waits up to a second for letters.
func (d *DeadLetters) Receive(ctx context.Context, name string, hide time.Duration) ([]event.DeadLetter, error) {
	url, err := d.url(ctx, name+"-dead")
	if err != nil {
		return nil, err
	}
	all, err := d.Client.receiveMessage(ctx, receiveRequest{
		QueueURL: url, MaxNumberOfMessages: 10, VisibilityTimeout: int(hide.Seconds()), WaitTimeSeconds: 1,
		MessageAttributeNames: []string{"All"}, MessageSystemAttributeNames: []string{"All"},
	})
	if err != nil {
		return nil, fmt.Errorf("read dead letters of %s: %w", name, err)
	}
	var ls []event.DeadLetter
	for _, m := range all {
		ls = append(ls, letter(name, m))
	}
	return ls, nil
}

// letter reads a message. ERROR_MESSAGE is what EventBridge and Lambda add.
func letter(name string, m message) event.DeadLetter {
	number := func(attribute string) int64 {
		n, _ := strconv.ParseInt(m.Attributes[attribute], 10, 64) // absent is 0
		return n
	}
	return event.DeadLetter{
		Queue: name, Body: m.Body, Receipt: m.ReceiptHandle, Error: m.MessageAttributes["ERROR_MESSAGE"].StringValue,
		Sent:     time.UnixMilli(number("SentTimestamp")).UTC(),
		Receives: int(number("ApproximateReceiveCount")),
	}
}

// Release implements event.DeadLetters.
func (d *DeadLetters) Release(ctx context.Context, ls []event.DeadLetter) error {
	byQueue := map[string][]change{}
	for i, l := range ls {
		byQueue[l.Queue] = append(byQueue[l.Queue], change{ID: strconv.Itoa(i), ReceiptHandle: l.Receipt})
	}
	for name, entries := range byQueue {
		url, err := d.url(ctx, name+"-dead")
		if err != nil {
			return err
		}
		for ten := range slices.Chunk(entries, 10) {
			if err := d.Client.changeMessageVisibilityBatch(ctx, url, ten); err != nil {
				return fmt.Errorf("release dead letters of %s: %w", name, err)
			}
		}
	}
	return nil
}

// Send implements event.DeadLetters.
func (d *DeadLetters) Send(ctx context.Context, action, body string) error {
	url, err := d.url(ctx, action)
	if err != nil {
		return err
	}
	return d.Client.sendMessage(ctx, url, body)
}

// Delete implements event.DeadLetters.
func (d *DeadLetters) Delete(ctx context.Context, l event.DeadLetter) error {
	url, err := d.url(ctx, l.Queue+"-dead")
	if err != nil {
		return err
	}
	return d.Client.deleteMessage(ctx, url, l.Receipt)
}

// url finds a queue of the stack once.
func (d *DeadLetters) url(ctx context.Context, name string) (string, error) {
	if url, ok := d.urls.Load(name); ok {
		return url.(string), nil
	}
	full := d.Stack + "-" + name
	url, err := d.Client.getQueueURL(ctx, full)
	var failed smithy.APIError
	switch {
	case errors.As(err, &failed) && slices.Contains(missing, failed.ErrorCode()):
		return "", fmt.Errorf("find queue %s: %w", full, event.ErrNotFound)
	case err != nil:
		return "", fmt.Errorf("find queue %s: %w", full, err)
	}
	d.urls.Store(name, url)
	return url, nil
}

// missing are SQS's two names of the error that there is no such queue.
var missing = []string{"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"}
