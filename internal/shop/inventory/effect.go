package inventory

import (
	"fmt"
	"slices"
	"strings"
)

// effectLines is how many items an effect names.
const effectLines = 3

// unmoved is the effect of an event that came late, or reports what another has reported.
const unmoved = "stock stays as it is"

// sessionEffect says in a few words what an event did to the stock, for people:
// "2 × price_1 reserved".
func sessionEffect(old, s Session) string {
	if old.Session != "" && old.state(Payment{}, false, false) == s.state(Payment{}, false, false) && slices.Equal(old.Lines, s.Lines) {
		return unmoved
	}
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
func paymentEffect(old, p Payment) string {
	id := p.Payment
	switch {
	case old.Payment != "" && old.Paid == p.Paid && old.Canceled == p.Canceled && old.returned() == p.returned():
		return unmoved
	case p.returned() && !old.returned():
		return id + " refunded in full: its goods come back if the stack restocks"
	case p.Paid:
		return "goods of " + id + " sold"
	case p.Canceled:
		return "goods of " + id + " free again"
	}
	return "refund of " + id + " noted"
}
