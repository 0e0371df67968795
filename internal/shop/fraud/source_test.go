package fraud

import (
	"fmt"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

func attemptOf(n int, order, card, customer string, after time.Duration) facts.Event {
	return facts.Event{Facts: event.Facts{Type: "charge.failed", Created: begin.Add(after)}, Charge: &facts.Charge{
		ID: fmt.Sprintf("ch_3PQ8x2LkdIwHu7ix%08d", n), PaymentIntent: order, Method: "card", Fingerprint: card, Customer: customer, Created: begin.Add(after),
	}}
}

func TestAnAttemptIsOneChargeHoweverManyEventsItHas(t *testing.T) {
	first := attemptOf(1, "pi_1", "fp_1", "", 0)
	second := first
	first.ID, second.ID = "evt_1", "evt_2"
	row := Add(Add(Source{}, "card/fp_1", first), "card/fp_1", second)
	if len(row.Failures) != 1 || !row.Has(first) {
		t.Errorf("%d failures of one charge", len(row.Failures))
	}
}
