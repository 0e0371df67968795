package aws_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/payhooks/payhooks/infra/local/aws"
)

var work = queueURL("local-worker")

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *clock) use(s *aws.Server) { s.Now = c.Now }

func send(t *testing.T, c *sqs.Client, body string) {
	t.Helper()
	must(c.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: work, MessageBody: &body}))(t)
}

func receive(t *testing.T, c *sqs.Client, queue *string) []types.Message {
	t.Helper()
	return must(c.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: queue, MaxNumberOfMessages: 10,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		MessageAttributeNames:       []string{"All"},
	}))(t).Messages
}

// counts are visible, in flight, delayed.
func counts(t *testing.T, c *sqs.Client, queue *string) string {
	t.Helper()
	a := must(c.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: queue, AttributeNames: []types.QueueAttributeName{"All"}}))(t).Attributes
	return a["ApproximateNumberOfMessages"] + " " + a["ApproximateNumberOfMessagesNotVisible"] + " " + a["ApproximateNumberOfMessagesDelayed"]
}

func TestAMessageIsHiddenWhileItIsInFlightAndGoneOnceDeleted(t *testing.T) {
	now := newClock()
	r := start(t, now.use)
	c := r.sqs(t, operator)
	send(t, c, "one")
	first := receive(t, c, work)
	if len(first) != 1 || *first[0].Body != "one" || first[0].Attributes["ApproximateReceiveCount"] != "1" ||
		first[0].Attributes["SentTimestamp"] != strconv.FormatInt(now.Now().UnixMilli(), 10) {
		t.Fatalf("received %+v", first)
	}
	if again := receive(t, c, work); len(again) != 0 || counts(t, c, work) != "0 1 0" {
		t.Errorf("%d messages while it is in flight; counts %s", len(again), counts(t, c, work))
	}
	now.add(31 * time.Second)
	second := receive(t, c, work)
	if len(second) != 1 || second[0].Attributes["ApproximateReceiveCount"] != "2" {
		t.Fatalf("after its visibility timeout: %+v", second)
	}
	for i, m := range []types.Message{first[0], second[0]} {
		must(c.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: work, ReceiptHandle: m.ReceiptHandle}))(t)
		if want := []string{"0 1 0", "0 0 0"}[i]; counts(t, c, work) != want {
			t.Errorf("after deleting by receipt %d: %s, want %s", i+1, counts(t, c, work), want)
		}
	}
}

func TestVisibilityCanBeChangedAndOldReceiptsAreRefused(t *testing.T) {
	now := newClock()
	r := start(t, now.use)
	c := r.sqs(t, operator)
	send(t, c, "one")
	m := receive(t, c, work)[0]
	change := func(seconds int32) error {
		_, err := c.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{QueueUrl: work, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: seconds})
		return err
	}
	if err := change(900); err != nil {
		t.Fatal(err)
	}
	now.add(899 * time.Second)
	if got := receive(t, c, work); len(got) != 0 {
		t.Error("it was seen before its time")
	}
	if err := change(0); err != nil {
		t.Fatal(err)
	}
	if got := receive(t, c, work); len(got) != 1 {
		t.Errorf("%d messages after it was shown again", len(got))
	}
	var gone *types.MessageNotInflight
	if err := change(10); !errors.As(err, &gone) {
		t.Errorf("an old receipt: %v", err)
	}
}

func TestAMessageReceivedTooOftenGoesToTheDeadLettersWithItsAge(t *testing.T) {
	now := newClock()
	r := start(t, now.use)
	c := r.sqs(t, operator)
	sent := strconv.FormatInt(now.Now().UnixMilli(), 10)
	send(t, c, "poison")
	for range 2 {
		if len(receive(t, c, work)) != 1 {
			t.Fatal("it should still come")
		}
		now.add(time.Minute)
	}
	if len(receive(t, c, work)) != 0 {
		t.Error("it came a third time; maxReceiveCount is 2")
	}
	dead := receive(t, c, queueURL("local-worker-dead"))
	if len(dead) != 1 || *dead[0].Body != "poison" || dead[0].Attributes["SentTimestamp"] != sent || dead[0].Attributes["ApproximateReceiveCount"] != "1" {
		t.Errorf("dead letters %+v", dead)
	}
}

func TestQueuesOutliveTheStack(t *testing.T) {
	now := newClock()
	r := start(t, now.use)
	c := r.sqs(t, operator)
	send(t, c, "in flight")
	receive(t, c, work)
	send(t, c, "visible")
	must(c.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: work, MessageBody: awssdk.String("delayed"), DelaySeconds: 60}))(t)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r.boot(t, now.use)
	c = r.sqs(t, operator)
	if got := counts(t, c, work); got != "1 1 1" {
		t.Errorf("counts after the restart: %s", got)
	}
	now.add(time.Minute)
	if got := receive(t, c, work); len(got) != 3 {
		t.Errorf("%d messages, want all 3", len(got))
	}
}

func TestMessagesOlderThanTheRetentionAreDropped(t *testing.T) {
	now := newClock()
	r := start(t, now.use)
	c := r.sqs(t, operator)
	send(t, c, "old")
	now.add(14*24*time.Hour + time.Second)
	send(t, c, "new")
	if got := receive(t, c, work); len(got) != 1 || *got[0].Body != "new" {
		t.Errorf("received %+v", got)
	}
}

func TestALongPollEndsWhenAMessageComesAndWhenTheStackStops(t *testing.T) {
	r := start(t)
	q := must(r.Queue(arn("sqs", "local-worker")))(t)
	got := make(chan int, 2)
	poll := func(c *sqs.Client) {
		out, err := c.ReceiveMessage(background(), &sqs.ReceiveMessageInput{QueueUrl: work, WaitTimeSeconds: 20})
		if err != nil {
			got <- -1
			return
		}
		got <- len(out.Messages)
	}
	began := time.Now()
	go poll(r.sqs(t, operator))
	must(q.Send(t.Context(), "hello", nil))(t)
	if n := <-got; n != 1 {
		t.Errorf("%d messages", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		ms, err := q.Receive(ctx, aws.Receive{Wait: 20 * time.Second, Visibility: -1})
		if err != nil {
			t.Error(err)
		}
		got <- len(ms)
	}()
	cancel()
	if n := <-got; n != 0 {
		t.Errorf("%d messages after it was called off", n)
	}
	go poll(r.sqs(t, operator))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	<-got
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("it took %s", d)
	}
}

func TestBatchesReportEachEntry(t *testing.T) {
	r := start(t)
	c := r.sqs(t, operator)
	var entries []types.SendMessageBatchRequestEntry
	for i := range 10 {
		entries = append(entries, types.SendMessageBatchRequestEntry{Id: awssdk.String(strconv.Itoa(i)), MessageBody: awssdk.String("m")})
	}
	out := must(c.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: work, Entries: entries}))(t)
	got := receive(t, c, work)
	if len(out.Successful) != 10 || len(got) != 10 {
		t.Fatalf("sent %d, received %d", len(out.Successful), len(got))
	}
	change := must(c.ChangeMessageVisibilityBatch(t.Context(), &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: work, Entries: []types.ChangeMessageVisibilityBatchRequestEntry{
		{Id: awssdk.String("good"), ReceiptHandle: got[0].ReceiptHandle, VisibilityTimeout: 60},
		{Id: awssdk.String("bad"), ReceiptHandle: awssdk.String("nonsense")},
	}}))(t)
	if len(change.Successful) != 1 || len(change.Failed) != 1 || *change.Failed[0].Id != "bad" {
		t.Errorf("change %+v", change)
	}
	del := must(c.DeleteMessageBatch(t.Context(), &sqs.DeleteMessageBatchInput{QueueUrl: work, Entries: []types.DeleteMessageBatchRequestEntry{
		{Id: awssdk.String("a"), ReceiptHandle: got[0].ReceiptHandle}, {Id: awssdk.String("b"), ReceiptHandle: got[1].ReceiptHandle},
	}}))(t)
	if len(del.Successful) != 2 || counts(t, c, work) != "0 8 0" {
		t.Errorf("delete %+v, counts %s", del, counts(t, c, work))
	}
	must(c.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: work}))(t)
	if counts(t, c, work) != "0 0 0" {
		t.Errorf("after a purge: %s", counts(t, c, work))
	}
	list := must(c.ListQueues(t.Context(), &sqs.ListQueuesInput{QueueNamePrefix: awssdk.String("local-w"), MaxResults: awssdk.Int32(1)}))(t)
	if len(list.QueueUrls) != 1 || list.NextToken == nil {
		t.Errorf("list %+v", list)
	}
	_, err := c.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: awssdk.String("nope")})
	wantCode(t, err, "QueueDoesNotExist", `no queue "nope"`)
	_, err = c.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: work, MessageBody: awssdk.String("x"), MessageGroupId: awssdk.String("g")})
	wantCode(t, err, "ValidationException", "MessageGroupId")
}
