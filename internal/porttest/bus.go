package porttest

import (
	"slices"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

// RunBus runs the suite of event.Bus. open returns a bus with one rule per
// action for these event types, and what the bus has taken so far.
func RunBus(t *testing.T, open func(t *testing.T, rules map[string][]string) (event.Bus, func() []event.Envelope)) {
	t.Helper()
	rules := map[string][]string{
		"update-order": {"payment_intent.succeeded", "charge.refunded"},
		"send-receipt": {"payment_intent.succeeded"},
		"watch":        nil, // every type
	}
	t.Run("subscribers are the actions whose rules select it", func(t *testing.T) {
		b, _ := open(t, rules)
		for typ, want := range map[string][]string{
			"payment_intent.succeeded": {"send-receipt", "update-order", "watch"},
			"charge.refunded":          {"update-order", "watch"},
			"ping":                     {"watch"},
		} {
			got, err := b.Subscribers(t.Context(), event.Envelope{Facts: event.Facts{ID: "evt_1", Type: typ}})
			noError(t, err)
			same(t, want, got)
		}
	})
	t.Run("envelope for one action has that subscriber alone", func(t *testing.T) {
		b, _ := open(t, rules)
		for only, want := range map[string][]string{"update-order": {"update-order"}, "send-receipt": nil, "nobody": nil} {
			got, err := b.Subscribers(t.Context(), event.Envelope{Facts: event.Facts{ID: "evt_1", Type: "charge.refunded"}, Only: only})
			noError(t, err)
			same(t, want, got)
		}
	})
	t.Run("envelopes are published with all facts", func(t *testing.T) {
		b, taken := open(t, rules)
		var es []event.Envelope
		for range 23 {
			es = append(es, event.Envelope{Facts: newEvent().Facts, Only: "watch"})
		}
		errs := b.Publish(t.Context(), es)
		same(t, len(es), len(errs))
		for _, err := range errs {
			noError(t, err)
		}
		got, byID := taken(), func(a, b event.Envelope) int { return strings.Compare(a.ID, b.ID) }
		slices.SortFunc(es, byID) // they go in any order
		slices.SortFunc(got, byID)
		same(t, es, got)
	})
	t.Run("publishing nothing is no error", func(t *testing.T) {
		b, _ := open(t, rules)
		same(t, 0, len(b.Publish(t.Context(), nil)))
	})
}
