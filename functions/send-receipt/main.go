// Command send-receipt mails customers about their payments, and sends them text
// messages if it may: a receipt, a failed payment, a refund, the end of a trial;
// and it mails the shop about disputes.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/sms"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func main() {
	action.StartWith(func(s *start.Stack) (action.Function[facts.Event], error) {
		stripe := stripeapi.Open(secret.StripeKey(s.AWS, s.Name, start.Now), start.Now)
		return sender{settings: settingsFrom(os.Getenv), Mail: mail.New(s.AWS), SMS: sms.New(s.AWS), Stripe: stripe, Now: start.Now}.send, nil
	})
}
