// Package visibility hides messages that a function has, until they are to come again.
package visibility

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/wire"
)

// Queue implements delivery.Queue. Safe for concurrent use.
type Queue struct {
	client *wire.Client
	urls   sync.Map // by ARN
}

// New returns the queues of an account. It makes no request.
func New(cfg aws.Config, now func() time.Time) *Queue {
	c := wire.New("sqs", cfg, now)
	c.JSONVersion = "1.0"
	return &Queue{client: c}
}

// Delay hides a received message for d, rounded up to whole seconds.
func (q *Queue) Delay(ctx context.Context, arn, receipt string, d time.Duration) error {
	url, err := q.url(ctx, arn)
	if err != nil {
		return err
	}
	in := struct {
		QueueURL          string `json:"QueueUrl"`
		ReceiptHandle     string
		VisibilityTimeout int
	}{url, receipt, int(math.Ceil(d.Seconds()))}
	if err := q.client.JSON(ctx, "AmazonSQS.ChangeMessageVisibility", in, &struct{}{}); err != nil {
		return fmt.Errorf("change visibility: %w", err)
	}
	return nil
}

func (q *Queue) url(ctx context.Context, arn string) (string, error) {
	if url, ok := q.urls.Load(arn); ok {
		return url.(string), nil
	}
	name := arn[strings.LastIndexByte(arn, ':')+1:]
	var out struct {
		QueueURL string `json:"QueueUrl"`
	}
	if err := q.client.JSON(ctx, "AmazonSQS.GetQueueUrl", struct{ QueueName string }{name}, &out); err != nil {
		return "", fmt.Errorf("find queue %s: %w", name, err)
	}
	q.urls.Store(arn, out.QueueURL)
	return out.QueueURL, nil
}
