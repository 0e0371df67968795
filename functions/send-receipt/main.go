// Command send-receipt sends customers mails and text messages about their payments,
// and the shop mails about disputes.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/shop/mails"
	"github.com/payhooks/payhooks/internal/sms"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func main() {
	action.StartWith(func(s *start.Stack) (action.Function[facts.Event], error) {
		settings, err := mails.SettingsFrom(os.Getenv, start.Name())
		stripe := lookup.Stripe{Client: stripeapi.Open(start.Early(s, secret.StripeKey(s.AWS, s.Name, start.Now)), start.Now)}
		return mails.Sender{Settings: settings, Mail: mail.New(s.AWS, start.Now), SMS: sms.New(s.AWS, start.Now), Stripe: stripe, Now: start.Now}.Send, err
	})
}
