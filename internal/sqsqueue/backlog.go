// Package sqsqueue reads the queues of a stack, for reconcile and operators.
package sqsqueue

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/payhooks/payhooks/internal/event"
)

// Backlogs says what waits in each action's queue, and whether its function
// polls it. Safe for concurrent use.
type Backlogs struct {
	SQS    *sqs.Client
	Lambda *lambda.Client
	Stack  string
}

// NewBacklogs returns the backlogs of a stack's actions. It makes no request.
func NewBacklogs(cfg aws.Config, stack string) *Backlogs {
	return &Backlogs{SQS: sqs.NewFromConfig(cfg), Lambda: lambda.NewFromConfig(cfg), Stack: stack}
}

// counts are the attributes of a queue that add up to what it holds.
var counts = []types.QueueAttributeName{
	types.QueueAttributeNameApproximateNumberOfMessages,
	types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
	types.QueueAttributeNameApproximateNumberOfMessagesDelayed,
}

// Backlog reads the queue's attributes and the state of its event source
// mapping: up to three requests.
func (b *Backlogs) Backlog(ctx context.Context, action string) (event.Backlog, error) {
	name := b.Stack + "-" + action
	url, err := b.SQS.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		return event.Backlog{}, fmt.Errorf("find queue %s: %w", name, err)
	}
	out, err := b.SQS.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: url.QueueUrl, AttributeNames: append(counts[:len(counts):len(counts)], types.QueueAttributeNameQueueArn),
	})
	if err != nil {
		return event.Backlog{}, fmt.Errorf("attributes of queue %s: %w", name, err)
	}
	var all event.Backlog
	for _, count := range counts {
		n, err := strconv.Atoi(out.Attributes[string(count)])
		if err != nil {
			return event.Backlog{}, fmt.Errorf("queue %s: %s is %q", name, count, out.Attributes[string(count)])
		}
		all.Messages += n
	}
	all.Disabled, err = b.disabled(ctx, out.Attributes[string(types.QueueAttributeNameQueueArn)])
	return all, err
}

// disabled reports whether no mapping polls the queue.
func (b *Backlogs) disabled(ctx context.Context, arn string) (bool, error) {
	out, err := b.Lambda.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{EventSourceArn: &arn})
	if err != nil {
		return false, fmt.Errorf("mappings of %s: %w", arn, err)
	}
	for _, m := range out.EventSourceMappings {
		if state := aws.ToString(m.State); state != "Disabled" && state != "Disabling" {
			return false, nil
		}
	}
	return true, nil
}
