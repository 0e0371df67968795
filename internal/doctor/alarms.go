package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/doctor/calls"
)

// pendingConfirmation is returned instead of a subscription's ARN until its
// receiver confirms it.
const pendingConfirmation = "PendingConfirmation"

// alarms checks that somebody receives them.
func (r *run) alarms(ctx context.Context) []Finding {
	if own := r.main.parameters["AlarmTopicArn"]; own != "" {
		return []Finding{{Check: "alarms", Result: OK, Found: "go to your topic " + own + "; who reads it is not checked"}}
	}
	topic, err := r.alarmTopic(ctx)
	if err != nil {
		return []Finding{unknown("alarms", err)}
	}
	if topic == "" {
		return []Finding{{"alarms", Failed, "stack " + r.Stack + " has no topic " + r.Stack + "-alarms", deployMain(r.Stack)}}
	}
	all, err := r.Topics.ListSubscriptionsByTopic(ctx, topic)
	if err != nil {
		return []Finding{unknown("alarms", err)}
	}
	var confirmed int
	var pending []calls.Subscription
	for _, s := range all {
		if s.ARN == pendingConfirmation {
			pending = append(pending, s)
		} else {
			confirmed++
		}
	}
	return []Finding{r.subscribed(topic, confirmed, pending)}
}

func (r *run) subscribed(topic string, confirmed int, pending []calls.Subscription) Finding {
	subscribe := "aws sns subscribe --topic-arn " + topic
	switch {
	case len(pending) > 0:
		first := pending[0]
		result := Failed
		if confirmed > 0 {
			result = Warning
		}
		return Finding{
			"alarms", result, fmt.Sprintf("%s %s of topic %s-alarms: %s", count(len(pending), "subscription", "subscriptions"), pendingConfirmation, r.Stack, first.Endpoint),
			"open the link in the mail that AWS sent to it; to get another: " + subscribe + " --protocol " + first.Protocol + " --notification-endpoint " + first.Endpoint,
		}
	case confirmed > 0:
		return Finding{Check: "alarms", Result: OK, Found: fmt.Sprintf("topic %s-alarms has %s", r.Stack, count(confirmed, "confirmed subscription", "confirmed subscriptions"))}
	case r.main.parameters["AlarmEmail"] == "":
		return Finding{"alarms", Warning, fmt.Sprintf("topic %s-alarms has no subscription: no one receives alarms", r.Stack), deployMain(r.Stack) + " --parameter-overrides AlarmEmail=ADDRESS"}
	}
	return Finding{
		"alarms", Failed, fmt.Sprintf("topic %s-alarms has no subscription, although AlarmEmail is set", r.Stack),
		subscribe + " --protocol email --notification-endpoint " + r.main.parameters["AlarmEmail"],
	}
}

// alarmTopic is the ARN of the topic; empty if the stack has none.
func (r *run) alarmTopic(ctx context.Context) (string, error) {
	topics, err := r.resources(ctx, r.Stack, kindTopic, false)
	for _, arn := range topics {
		if strings.HasSuffix(arn, ":"+r.Stack+"-alarms") {
			return arn, nil
		}
	}
	return "", err
}
