package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

func deadLettersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "deadletters", Short: "List and redrive dead letters",
		Long: "Dead letters are messages that no attempt finished, or that no queue took. What waits in the ledger is\n" +
			"redelivered without them; a dead letter means that something kept it from being recorded there, a policy\n" +
			"or a crash. Those of dispatch and reconcile report a run that failed: the next sweep did its work.",
	}
	cmd.AddCommand(deadLettersListCommand(), deadLettersRedriveCommand())
	return cmd
}

// deadLetters are the dead letters of one action.
type deadLetters struct {
	*connection
	client       *sqs.Client
	action       string
	dead, target string // queue URLs; the pipeline's own have no target
}

// letter is one dead letter.
type letter struct {
	Event    string    `json:"event,omitempty"` // empty: the message cannot be read
	Action   string    `json:"action"`
	State    string    `json:"state"` // dead
	Reason   string    `json:"reason"`
	Since    time.Time `json:"since"`
	Attempts int       `json:"attempts"` // how often it was received

	message types.Message
}

// openDeadLetters finds the queues of one action, or of all.
func openDeadLetters(ctx context.Context, c *connection, action string) ([]deadLetters, error) {
	actions, err := c.actions(ctx)
	if err != nil {
		return nil, err
	}
	names := slices.Concat(pipeline, actions)
	if action != "" {
		if !slices.Contains(names, action) {
			return nil, noAction(action, names)
		}
		names = []string{action}
	}
	client := sqs.NewFromConfig(c.AWS)
	var all []deadLetters
	for _, name := range names {
		q := deadLetters{connection: c, client: client, action: name}
		if q.dead, err = q.find(ctx, c.Stack+"-"+name+"-dead"); err != nil {
			return nil, err
		}
		if slices.Contains(actions, name) {
			if q.target, err = q.find(ctx, c.Stack+"-"+name); err != nil {
				return nil, err
			}
		}
		all = append(all, q)
	}
	return all, nil
}

// pipeline are the functions that have dead letters without being actions.
var pipeline = []string{"dispatch", "reconcile"}

// find returns the URL of a queue.
func (q deadLetters) find(ctx context.Context, name string) (string, error) {
	out, err := q.client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		return "", fmt.Errorf("find queue %s: %w", name, err)
	}
	return aws.ToString(out.QueueUrl), nil
}

// depth is how many there are, about.
func (q deadLetters) depth(ctx context.Context) (int, error) {
	out, err := q.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &q.dead, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages},
	})
	if err != nil {
		return 0, fmt.Errorf("dead letters of %s: %w", q.action, err)
	}
	return strconv.Atoi(out.Attributes[string(types.QueueAttributeNameApproximateNumberOfMessages)])
}

// receive hides up to ten letters from others for a while and returns them.
func (q deadLetters) receive(ctx context.Context, hide time.Duration) ([]letter, error) {
	out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &q.dead, MaxNumberOfMessages: 10, VisibilityTimeout: int32(hide.Seconds()), WaitTimeSeconds: 1,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		MessageAttributeNames:       []string{"All"},
	})
	if err != nil {
		return nil, fmt.Errorf("read dead letters of %s: %w", q.action, err)
	}
	var ls []letter
	for _, m := range out.Messages {
		l, err := q.read(ctx, m)
		if err != nil {
			return nil, err
		}
		ls = append(ls, l)
	}
	return ls, nil
}

// read finds out what a message is about and why it is here.
func (q deadLetters) read(ctx context.Context, m types.Message) (letter, error) {
	l := letter{Action: q.action, State: "dead", Since: millisOf(m, types.MessageSystemAttributeNameSentTimestamp), message: m}
	l.Attempts, _ = strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	if q.target == "" {
		l.Reason = noteOf(m)
		return l, nil
	}
	var msg struct {
		Detail struct {
			ID string `json:"id"`
		} `json:"detail"`
	}
	if json.Unmarshal([]byte(aws.ToString(m.Body)), &msg) != nil || msg.Detail.ID == "" {
		l.Reason = "the message cannot be read; it is left here"
		return l, nil
	}
	l.Event = msg.Detail.ID
	if why, ok := m.MessageAttributes["ERROR_MESSAGE"]; ok {
		l.Reason = "the queue did not take it: " + aws.ToString(why.StringValue)
		return l, nil
	}
	d, err := q.Tables.Delivery(ctx, event.DeliveryRef{Action: q.action, Event: l.Event})
	switch {
	case errors.Is(err, event.ErrNotFound):
		l.Reason = "no attempt began"
	case err != nil:
		return l, err
	case d.Error != "":
		l.Reason = fmt.Sprintf("its delivery is %s: %s", d.State, d.Error)
	default:
		l.Reason = fmt.Sprintf("its delivery is %s", d.State)
	}
	return l, nil
}

// noteOf is the reason of a dead letter of the pipeline.
func noteOf(m types.Message) string {
	if why, ok := m.MessageAttributes["ERROR_MESSAGE"]; ok {
		return "a run did not begin: " + aws.ToString(why.StringValue) + "; the next minute's did its work"
	}
	var lost struct {
		RequestContext     struct{ Condition string }
		DDBStreamBatchInfo struct{ BatchSize int }
	}
	if json.Unmarshal([]byte(aws.ToString(m.Body)), &lost) != nil {
		return "the message cannot be read"
	}
	return fmt.Sprintf("%s given up (%s): still pending, and published by reconcile",
		count(lost.DDBStreamBatchInfo.BatchSize, "record of the stream was", "records of the stream were"), lost.RequestContext.Condition)
}

func millisOf(m types.Message, name types.MessageSystemAttributeName) time.Time {
	ms, _ := strconv.ParseInt(m.Attributes[string(name)], 10, 64)
	return time.UnixMilli(ms).UTC()
}

// release shows the letters to others again.
func (q deadLetters) release(ctx context.Context, ls []letter) error {
	for batch := range slices.Chunk(ls, 10) {
		var entries []types.ChangeMessageVisibilityBatchRequestEntry
		for i, l := range batch {
			entries = append(entries, types.ChangeMessageVisibilityBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: l.message.ReceiptHandle})
		}
		if _, err := q.client.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &q.dead, Entries: entries}); err != nil {
			return fmt.Errorf("show dead letters of %s again: %w", q.action, err)
		}
	}
	return nil
}
