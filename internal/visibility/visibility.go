// Package sqsqueue has what the engine and reconcile need of SQS.
package sqsqueue

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Queue implements delivery.Queue. Safe for concurrent use.
type Queue struct {
	Client *sqs.Client

	urls sync.Map // by ARN
}

// Delay hides a received message for d, rounded up to whole seconds.
func (q *Queue) Delay(ctx context.Context, arn, receipt string, d time.Duration) error {
	url, err := q.url(ctx, arn)
	if err != nil {
		return err
	}
	_, err = q.Client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &url, ReceiptHandle: &receipt, VisibilityTimeout: int32(math.Ceil(d.Seconds())),
	})
	if err != nil {
		return fmt.Errorf("change visibility: %w", err)
	}
	return nil
}

func (q *Queue) url(ctx context.Context, arn string) (string, error) {
	if url, ok := q.urls.Load(arn); ok {
		return url.(string), nil
	}
	name := arn[strings.LastIndexByte(arn, ':')+1:]
	out, err := q.Client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		return "", fmt.Errorf("find queue %s: %w", name, err)
	}
	q.urls.Store(arn, *out.QueueUrl)
	return *out.QueueUrl, nil
}
