package inventory

import (
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/facts"
)

// effectLines is how many items an effect names.
const effectLines = 3

// sessionEffect says in a few words what the event did to the stock, for people:
// "2 × price_1 reserved". It is a function of the event and what was listed for it alone.
func sessionEffect(e facts.Event, listed *Listing) string {
	s := MergeSession(Session{}, e, listed)
	what := s.goods()
	switch s.state(Payment{}, false, false) {
	case committed:
		return what + " sold"
	case reserved:
		return what + " reserved"
	case released:
		return "what " + s.Session + " reserved is free again"
	case none, restocked:
	}
	return s.Session + " noted"
}

func (s Session) goods() string {
	if len(s.Lines) == 0 {
		return "no goods of " + s.Session
	}
	var parts []string
	for _, l := range s.Lines[:min(len(s.Lines), effectLines)] {
		parts = append(parts, fmt.Sprint(l.Quantity, " × ", l.Item))
	}
	if more := len(s.Lines) - effectLines; more > 0 {
		parts = append(parts, fmt.Sprint(more, " more"))
	}
	return strings.Join(parts, ", ")
}

// paymentEffect is what the event of a payment does to the goods of its checkout, if it
// has one. Whether a refund puts goods back is a parameter of the stack.
func paymentEffect(e facts.Event, id string) string {
	switch p := MergePayment(Payment{}, id, e); {
	case p.Paid:
		return "goods of " + id + " sold"
	case p.Canceled:
		return "goods of " + id + " free again"
	case p.returned():
		return id + " refunded in full: its goods come back if the stack restocks"
	}
	return "refund of " + id + " noted"
}
