package sqsqueue

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"
)

// Visibility hides messages that a function has, until they are to come again. It implements
// delivery.Queue. Safe for concurrent use.
type Visibility struct {
	Client *Client

	urls sync.Map // by ARN
}

// Delay hides a received message for d, rounded up to whole seconds.
func (v *Visibility) Delay(ctx context.Context, queue, receipt string, d time.Duration) error {
	url, err := v.url(ctx, queue)
	if err != nil {
		return err
	}
	if err := v.Client.changeMessageVisibility(ctx, url, receipt, int(math.Ceil(d.Seconds()))); err != nil {
		return fmt.Errorf("change visibility: %w", err)
	}
	return nil
}

func (v *Visibility) url(ctx context.Context, queue string) (string, error) {
	if url, ok := v.urls.Load(queue); ok {
		return url.(string), nil
	}
	name := queue[strings.LastIndexByte(queue, ':')+1:]
	url, err := v.Client.getQueueURL(ctx, name)
	if err != nil {
		return "", fmt.Errorf("find queue %s: %w", name, err)
	}
	v.urls.Store(queue, url)
	return url, nil
}
