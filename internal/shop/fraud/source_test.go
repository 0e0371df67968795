package fraud

import "testing"

func TestAnAttemptIsOneChargeHoweverManyEventsItHas(t *testing.T) {
	first := attemptOf(1, "pi_1", "fp_1", "", 0)
	second := first
	first.ID, second.ID = "evt_1", "evt_2"
	row := Add(Add(Source{}, "card/fp_1", first), "card/fp_1", second)
	if len(row.Failures) != 1 || !row.Has(first) {
		t.Errorf("%d failures of one charge", len(row.Failures))
	}
}
