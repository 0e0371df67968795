package sqsqueue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/payhooks/payhooks/internal/event"
)

// DeadLetters are the dead letters of a stack: the queues STACK-NAME-dead, next
// to the actions' queues STACK-NAME.
type DeadLetters struct {
	Client *sqs.Client
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
	counts := []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible}
	out, err := d.Client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: counts})
	if err != nil {
		return 0, fmt.Errorf("dead letters of %s: %w", name, err)
	}
	depth := 0
	for _, count := range counts {
		n, err := strconv.Atoi(out.Attributes[string(count)])
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
	out, err := d.Client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &url, MaxNumberOfMessages: 10, VisibilityTimeout: int32(hide.Seconds()), WaitTimeSeconds: 1,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		MessageAttributeNames:       []string{"All"},
	})
	if err != nil {
		return nil, fmt.Errorf("read dead letters of %s: %w", name, err)
	}
	var ls []event.DeadLetter
	for _, m := range out.Messages {
		ls = append(ls, letter(name, m))
	}
	return ls, nil
}

// letter reads a message. ERROR_MESSAGE is what EventBridge and Lambda add.
func letter(name string, m types.Message) event.DeadLetter {
	number := func(a types.MessageSystemAttributeName) int64 {
		n, _ := strconv.ParseInt(m.Attributes[string(a)], 10, 64) // absent is 0
		return n
	}
	l := event.DeadLetter{
		Queue: name, Body: aws.ToString(m.Body), Receipt: aws.ToString(m.ReceiptHandle),
		Sent:     time.UnixMilli(number(types.MessageSystemAttributeNameSentTimestamp)).UTC(),
		Receives: int(number(types.MessageSystemAttributeNameApproximateReceiveCount)),
	}
	if why, ok := m.MessageAttributes["ERROR_MESSAGE"]; ok {
		l.Error = aws.ToString(why.StringValue)
	}
	return l
}

// Release implements event.DeadLetters.
func (d *DeadLetters) Release(ctx context.Context, ls []event.DeadLetter) error {
	byQueue := map[string][]types.ChangeMessageVisibilityBatchRequestEntry{}
	for i, l := range ls {
		byQueue[l.Queue] = append(byQueue[l.Queue], types.ChangeMessageVisibilityBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), ReceiptHandle: aws.String(l.Receipt),
		})
	}
	for name, entries := range byQueue {
		url, err := d.url(ctx, name+"-dead")
		if err != nil {
			return err
		}
		for ten := range slices.Chunk(entries, 10) {
			if _, err := d.Client.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &url, Entries: ten}); err != nil {
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
	_, err = d.Client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body})
	return err
}

// Delete implements event.DeadLetters.
func (d *DeadLetters) Delete(ctx context.Context, l event.DeadLetter) error {
	url, err := d.url(ctx, l.Queue+"-dead")
	if err != nil {
		return err
	}
	_, err = d.Client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: &l.Receipt})
	return err
}

// url finds a queue of the stack once.
func (d *DeadLetters) url(ctx context.Context, name string) (string, error) {
	if url, ok := d.urls.Load(name); ok {
		return url.(string), nil
	}
	full := d.Stack + "-" + name
	out, err := d.Client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &full})
	var missing *types.QueueDoesNotExist
	switch {
	case errors.As(err, &missing):
		return "", fmt.Errorf("find queue %s: %w", full, event.ErrNotFound)
	case err != nil:
		return "", fmt.Errorf("find queue %s: %w", full, err)
	}
	d.urls.Store(name, aws.ToString(out.QueueUrl))
	return aws.ToString(out.QueueUrl), nil
}
