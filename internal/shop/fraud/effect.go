package fraud

import (
	"strings"

	"github.com/payhooks/payhooks/internal/facts"
)

// Effect says in a few words what the event did to the holds of its order, for people:
// "hold: dispute, evidence due 5 Dec 2026". It is a function of the event alone: a late
// event says what it would have done in time.
func Effect(e facts.Event, id string) string {
	if e.Charge != nil {
		if failed(e) {
			return "failed attempt counted"
		}
		return "" // nothing that a person would look for
	}
	why := Reason(e)
	text := strings.ReplaceAll(why, "_", " ")
	for _, h := range Merge(Order{}, id, e).Holds {
		switch {
		case h.Why != why:
		case !h.Released.IsZero():
			return "hold over: " + text
		case !h.Due.IsZero():
			return "hold: " + text + ", evidence due " + h.Due.Format("2 Jan 2006")
		default:
			return "hold: " + text
		}
	}
	return text + " noted"
}
