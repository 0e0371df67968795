package fraud

import (
	"reflect"
	"strings"

	"github.com/payhooks/payhooks/internal/facts"
)

// Effect says in a few words what the event did to the holds of its order, for people:
// "hold: dispute, evidence due 5 Dec 2026", or that they stay as they are where it came
// late.
func Effect(e facts.Event, old, o Order) string {
	if e.Charge != nil {
		if failed(e) {
			return "failed attempt counted"
		}
		return "" // nothing that a person would look for
	}
	if len(old.Holds) > 0 && reflect.DeepEqual(old.Holds, o.Holds) {
		return "holds stay as they are"
	}
	why := Reason(e)
	text := strings.ReplaceAll(why, "_", " ")
	for _, h := range Merge(Order{}, o.Order, e).Holds {
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
