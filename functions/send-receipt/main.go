// Command send-receipt mails customers about their payments: a receipt, a
// failed payment, a refund, the end of a trial; and the shop about disputes.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/stack"
)

func main() {
	s := sender{settings: settingsFrom(os.Getenv), Mail: mail.New(stack.MustOpen().AWS), Now: stack.Now}
	action.Start(s.send)
}
