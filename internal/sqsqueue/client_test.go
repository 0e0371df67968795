package sqsqueue_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/sqsqueue"
	"github.com/payhooks/payhooks/internal/wire/wiretest"
)

const address = "https://sqs.eu-west-1.amazonaws.com/1/shop-x"

var (
	found = wiretest.Answer{Body: `{"QueueUrl":"` + address + `"}`}
	// missing is how SQS answers who says that its errors may have the older names, and others.
	missing = wiretest.Answer{
		Status: 400, Header: map[string]string{"X-Amzn-Query-Error": "AWS.SimpleQueueService.NonExistentQueue;Sender"},
		Body: `{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}`,
	}
	unnamed   = wiretest.Answer{Status: 400, Body: missing.Body}
	throttled = wiretest.Answer{Status: 400, Body: `{"__type":"com.amazonaws.sqs#RequestThrottled","message":"slow down"}`}
)

const letters = `{"Messages":[{"MessageId":"1","ReceiptHandle":"r1","Body":"hello","MD5OfBody":"5d41402abc4b2a76b9719d911017c592",
	"Attributes":{"SentTimestamp":"1795305600125","ApproximateReceiveCount":"3"},
	"MessageAttributes":{"ERROR_MESSAGE":{"StringValue":"no target","DataType":"String"}}},{"ReceiptHandle":"r2","Body":""}]}`

// TestDeadLettersAskAsTheSDK: what is asked, in order, and how often when it fails.
func TestDeadLettersAskAsTheSDK(t *testing.T) {
	depth := wiretest.Answer{Body: `{"Attributes":{"ApproximateNumberOfMessages":"2","ApproximateNumberOfMessagesNotVisible":"1"}}`}
	for name, c := range map[string]struct {
		answers []wiretest.Answer
		ours    func(context.Context, *sqsqueue.DeadLetters) error
		theirs  func(context.Context, *sqs.Client) error
	}{
		"depth": {[]wiretest.Answer{depth}, func(ctx context.Context, d *sqsqueue.DeadLetters) error {
			n, err := d.Depth(ctx, "x")
			if err == nil && n != 3 {
				t.Errorf("depth %d", n)
			}
			return err
		}, func(ctx context.Context, c *sqs.Client) error {
			_, err := c.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: aws.String(address), AttributeNames: []types.QueueAttributeName{
				types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
			}})
			return err
		}},
		"receive": {[]wiretest.Answer{{Body: letters}}, func(ctx context.Context, d *sqsqueue.DeadLetters) error {
			all, err := d.Receive(ctx, "x", 90*time.Second)
			want := []event.DeadLetter{
				{Queue: "x", Body: "hello", Receipt: "r1", Error: "no target", Sent: time.UnixMilli(1795305600125).UTC(), Receives: 3},
				{Queue: "x", Receipt: "r2", Sent: time.UnixMilli(0).UTC()},
			}
			if diff := cmp.Diff(want, all); err == nil && diff != "" {
				t.Error(diff)
			}
			return err
		}, func(ctx context.Context, c *sqs.Client) error {
			_, err := c.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
				QueueUrl: aws.String(address), MaxNumberOfMessages: 10, VisibilityTimeout: 90, WaitTimeSeconds: 1,
				MessageAttributeNames: []string{"All"}, MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
			})
			return err
		}},
		"release": {nil, func(ctx context.Context, d *sqsqueue.DeadLetters) error {
			return d.Release(ctx, []event.DeadLetter{{Queue: "x", Receipt: "r1"}, {Queue: "x", Receipt: "r2"}})
		}, func(ctx context.Context, c *sqs.Client) error {
			_, err := c.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: aws.String(address), Entries: []types.ChangeMessageVisibilityBatchRequestEntry{
				{Id: aws.String("0"), ReceiptHandle: aws.String("r1")}, {Id: aws.String("1"), ReceiptHandle: aws.String("r2")},
			}})
			return err
		}},
		"send": {[]wiretest.Answer{{Body: `{"MessageId":"1","MD5OfMessageBody":"ff4346e5e8ab7dfd89199ac0941663a6"}`}}, func(ctx context.Context, d *sqsqueue.DeadLetters) error {
			return d.Send(ctx, "x", `{"a":"<&>"}`)
		}, func(ctx context.Context, c *sqs.Client) error {
			_, err := c.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(address), MessageBody: aws.String(`{"a":"<&>"}`)})
			return err
		}},
		"delete": {nil, func(ctx context.Context, d *sqsqueue.DeadLetters) error {
			return d.Delete(ctx, event.DeadLetter{Queue: "x", Receipt: "r1"})
		}, func(ctx context.Context, c *sqs.Client) error {
			_, err := c.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: aws.String(address), ReceiptHandle: aws.String("r1")})
			return err
		}},
	} {
		for when, before := range map[string][]wiretest.Answer{"at once": nil, "throttled once": {throttled}, "after a lost reply": {wiretest.Lost}, "throttled for good": {throttled, throttled, throttled}} {
			t.Run(name+" "+when, func(t *testing.T) {
				queue := "shop-x-dead"
				if name == "send" {
					queue = "shop-x"
				}
				var ours, theirs error
				wiretest.Same(t, append(append([]wiretest.Answer{found}, before...), c.answers...), func(cfg aws.Config) {
					ours = c.ours(t.Context(), &sqsqueue.DeadLetters{Client: sqsqueue.New(cfg, time.Now), Stack: "shop"})
				}, func(cfg aws.Config) {
					client := sqs.NewFromConfig(cfg)
					if _, err := client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &queue}); err != nil {
						t.Error(err)
					}
					theirs = c.theirs(t.Context(), client)
				})
				if (ours == nil) != (theirs == nil) || when != "throttled for good" && ours != nil {
					t.Errorf("%v, the SDK has %v", ours, theirs)
				}
			})
		}
	}
}

func TestMissingQueueIsNotFoundUnderBothNames(t *testing.T) {
	for _, answer := range []wiretest.Answer{missing, unnamed} {
		d := &sqsqueue.DeadLetters{Client: sqsqueue.New(wiretest.Config(t, answer), time.Now), Stack: "shop"}
		if _, err := d.Depth(t.Context(), "x"); !errors.Is(err, event.ErrNotFound) || !strings.Contains(err.Error(), "find queue shop-x-dead") {
			t.Errorf("%v", err)
		}
	}
	var own, sdk string
	wiretest.Same(t, []wiretest.Answer{missing},
		func(cfg aws.Config) {
			_, err := (&sqsqueue.Backlogs{Client: sqsqueue.New(cfg, time.Now), Stack: "shop"}).Backlog(t.Context(), "x")
			own = err.Error()
		},
		func(cfg aws.Config) {
			_, err := sqs.NewFromConfig(cfg).GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String("shop-x")})
			sdk = err.Error()
		})
	const says = "AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist."
	if !strings.HasSuffix(own, says) || !strings.HasSuffix(sdk, says) {
		t.Errorf("%s\nthe SDK says\n%s", own, sdk)
	}
}

// polled is Lambda's answer for every queue.
type polled struct {
	by  bool
	err error
}

func (p polled) Polled(_ context.Context, arn string) (bool, error) {
	if arn != "arn:x" {
		return false, errors.New("asked for " + arn)
	}
	return p.by, p.err
}

func TestBacklogAddsUpWhatAQueueHolds(t *testing.T) {
	attributes := wiretest.Answer{Body: `{"Attributes":{"ApproximateNumberOfMessages":"1","ApproximateNumberOfMessagesNotVisible":"20","ApproximateNumberOfMessagesDelayed":"300","QueueArn":"arn:x"}}`}
	for _, c := range []struct {
		answers []wiretest.Answer
		polled  polled
		want    event.Backlog
		err     string
	}{
		{[]wiretest.Answer{found, attributes}, polled{by: true}, event.Backlog{Messages: 321}, ""},
		{[]wiretest.Answer{found, attributes}, polled{}, event.Backlog{Messages: 321, Disabled: true}, ""},
		{[]wiretest.Answer{found, attributes}, polled{err: errors.New("denied")}, event.Backlog{}, "mappings of arn:x: denied"},
		{[]wiretest.Answer{found, {Body: `{}`}}, polled{}, event.Backlog{}, `ApproximateNumberOfMessages is ""`},
		{[]wiretest.Answer{found, {Body: strings.ReplaceAll(attributes.Body, "QueueArn", "Arn")}}, polled{by: true}, event.Backlog{}, "did not return its ARN"},
		{[]wiretest.Answer{found, {Status: 403, Body: `{"__type":"AccessDenied"}`}}, polled{}, event.Backlog{}, "attributes of queue shop-x: operation error SQS: GetQueueAttributes"},
	} {
		got, err := (&sqsqueue.Backlogs{Client: sqsqueue.New(wiretest.Config(t, c.answers...), time.Now), Mappings: c.polled, Stack: "shop"}).Backlog(t.Context(), "x")
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%+v, %v; want %+v %s", got, err, c.want, c.err)
		}
	}
}

func TestMessageThatWasDamagedOnItsWayIsRefused(t *testing.T) {
	d := func(answer string) *sqsqueue.DeadLetters {
		return &sqsqueue.DeadLetters{Client: sqsqueue.New(wiretest.Config(t, found, wiretest.Answer{Body: answer}), time.Now), Stack: "shop"}
	}
	if _, err := d(`{"Messages":[{"Body":"hallo","MD5OfBody":"5d41402abc4b2a76b9719d911017c592"}]}`).Receive(t.Context(), "x", time.Minute); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("received: %v", err)
	}
	if err := d(`{"MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592"}`).Send(t.Context(), "x", "hallo"); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("sent: %v", err)
	}
}
