package calls

import (
	"context"
	"net/url"
)

// Subscription is one of a topic.
type Subscription struct {
	ARN      string `xml:"SubscriptionArn"` // PendingConfirmation until its receiver confirms it
	Protocol string
	Endpoint string
}

// ListSubscriptionsByTopic lists all subscriptions of a topic.
func (c *Client) ListSubscriptionsByTopic(ctx context.Context, topic string) (all []Subscription, err error) {
	for in := (url.Values{"TopicArn": {topic}}); ; {
		var page struct {
			Subscriptions []Subscription `xml:"ListSubscriptionsByTopicResult>Subscriptions>member"`
			NextToken     string         `xml:"ListSubscriptionsByTopicResult>NextToken"`
		}
		if err := c.sns.Query(ctx, "2010-03-31", "ListSubscriptionsByTopic", in, &page); err != nil {
			return nil, err
		}
		if all = append(all, page.Subscriptions...); page.NextToken == "" {
			return all, nil
		}
		in.Set("NextToken", page.NextToken)
	}
}
