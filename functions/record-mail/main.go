// Command record-mail records what SES reports about the mails of an action.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/mailreport"
	"github.com/payhooks/payhooks/internal/start"
)

func main() {
	start.Function(func(s *start.Stack) (any, error) {
		r := &mailreport.Recorder{Store: s.Tables, Ledger: s.Tables, Action: os.Getenv("ACTION"), Now: start.Now, Log: s.Log}
		return r.Handle, r.Check()
	})
}
