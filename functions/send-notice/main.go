// Command send-notice sends the shop's staff a notice when an order is on hold: by
// mail through the stack's topic, and in Slack where there is a webhook.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/notice"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/shop/fraud"
	"github.com/payhooks/payhooks/internal/shop/notices"
	"github.com/payhooks/payhooks/internal/start"
)

func main() {
	action.StartWith(func(s *start.Stack) (action.Function[facts.Event], error) {
		rule, err := fraud.RuleFrom(os.Getenv)
		topic := notice.NewTopic(s.AWS, os.Getenv("NOTICE_TOPIC"), start.Now)
		slack := notice.NewSlack(start.Early(s, secret.SlackWebhook(s.AWS, s.Name, start.Now)).Get)
		return notices.Notifier{Rule: rule, Rows: s.Tables, Topic: topic, Slack: slack, Now: start.Now, Pause: start.Sleep}.Notify, err
	})
}
