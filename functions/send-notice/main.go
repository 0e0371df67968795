// Command send-notice tells the shop's people that an order is on hold: by mail
// through the stack's topic, and in Slack where there is a webhook.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/fraud"
	"github.com/payhooks/payhooks/internal/notice"
	"github.com/payhooks/payhooks/internal/start"
)

func main() {
	s := start.MustOpen()
	rule, err := fraud.RuleFrom(os.Getenv)
	if err != nil {
		slog.New(lambdacontext.NewLogHandler()).Error("start", "error", err.Error())
		os.Exit(1)
	}
	topic, slack := notice.NewTopic(s.AWS, os.Getenv("NOTICE_TOPIC")), notice.NewSlack(s.AWS, s.Name+"/slack")
	action.Start(notifier{Rule: rule, Rows: s.Tables, Topic: topic, Slack: slack, Now: start.Now}.send)
}
