// Command flag-fraud puts orders on hold: for early fraud warnings, reviews,
// disputes and inquiries, and for many failures on one card or customer.
package main

import (
	"os"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/fraud"
	"github.com/payhooks/payhooks/internal/start"
)

func main() {
	action.StartWith(func(*start.Stack) (action.Function[facts.Event], error) {
		_, err := fraud.RuleFrom(os.Getenv) // those who read the rows need it
		return fraud.Flagger{}.Flag, err
	})
}
