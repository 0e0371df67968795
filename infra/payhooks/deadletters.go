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
		Use: "deadletters", Short: "Messages that no attempt finished, or that no queue would take",
		Long: "Messages that no attempt finished, or that no queue would take. What waits in the ledger is sent again\n" +
			"by itself; a dead letter says that something kept it from being recorded there, a policy or a crash.",
	}
	cmd.AddCommand(deadLettersListCommand(), deadLettersRedriveCommand())
	return cmd
}

// deadLetters are the dead letters of one action.
type deadLetters struct {
	*connection
	client       *sqs.Client
	action       string
	dead, target string // queue URLs
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
	names, err := c.Bus.Actions(ctx)
	if err != nil {
		return nil, err
	}
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
		for url, queue := range map[*string]string{&q.target: c.Stack + "-" + name, &q.dead: c.Stack + "-" + name + "-dead"} {
			out, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &queue})
			if err != nil {
				return nil, fmt.Errorf("find queue %s: %w", queue, err)
			}
			*url = aws.ToString(out.QueueUrl)
		}
		all = append(all, q)
	}
	return all, nil
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

// read tells what a message is about and why it is here.
func (q deadLetters) read(ctx context.Context, m types.Message) (letter, error) {
	l := letter{Action: q.action, State: "dead", Since: millisOf(m, types.MessageSystemAttributeNameSentTimestamp), message: m}
	l.Attempts, _ = strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
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
	d, err := q.Tables.Delivery(ctx, l.Event, q.action)
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
