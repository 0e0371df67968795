// Command send-receipt mails customers about their payments, and texts them if
// it may: a receipt, a failed payment, a refund, the end of a trial; and it
// mails the shop about disputes.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/sms"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func main() {
	s := start.MustOpen()
	action.Start(sender{
		settings: settingsFrom(os.Getenv), Mail: mail.New(s.AWS), SMS: sms.New(s.AWS),
		Stripe: stripeapi.Open(s.AWS, s.Name), Now: start.Now,
	}.send)
}
