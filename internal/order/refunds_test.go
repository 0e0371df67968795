package order

import (
	"slices"
	"testing"

	"github.com/payhooks/payhooks/internal/facts"
)

func (s *stripe) wantRefunded(status string, sum int64) {
	s.t.Helper()
	if o := merge(s.events); o.Refunded != sum || o.Status != status {
		s.t.Errorf("order is %s with %d refunded, want %s with %d", o.Status, o.Refunded, status, sum)
	}
}

func TestARefundThatIsPendingCountsAndOneThatIsCanceledDoesNot(t *testing.T) {
	for status, want := range map[string]int64{"pending": 400, "requires_action": 400, "succeeded": 400, "failed": 0, "canceled": 0} {
		s := newStripe(t, dahlia)
		s.intent(1000).pay("ch_1", 1000)
		s.send("refund.updated", object{"object": "refund", "id": "re_1", "amount": 400, "charge": "ch_1", "payment_intent": "pi_1", "status": status})
		if o := merge(s.events); o.Refunded != want {
			t.Errorf("a %s refund of 400 gives %d refunded, want %d", status, o.Refunded, want)
		}
	}
}

func TestARefundIsCountedWhereTheIntentAloneTellsThePayment(t *testing.T) {
	s := newStripe(t, dahlia)
	s.intent(1000).pay("ch_1", 1000).refund("re_1", 400)
	s.events = slices.DeleteFunc(s.events, func(e facts.Event) bool { return e.Charge != nil })
	s.wantRefunded(PartiallyRefunded, 400)
}

func TestARefundOfAnAuthorisationIsNone(t *testing.T) {
	s := newStripe(t, dahlia)
	s.intent(1000).authorize("ch_1", 1000)
	s.send("refund.created", object{"object": "refund", "id": "re_1", "amount": 1000, "charge": "ch_1", "payment_intent": "pi_1", "status": "succeeded"})
	s.release()
	s.wantRefunded(Canceled, 0)
}

func TestAReleasedChargeBesideAPaidOneRefundsNothing(t *testing.T) {
	s := newStripe(t, dahlia)
	s.intent(1000).authorize("ch_1", 1000)
	s.send("refund.created", object{"object": "refund", "id": "re_1", "amount": 1000, "charge": "ch_1", "payment_intent": "pi_1", "status": "succeeded"})
	s.send("charge.expired", s.charge())
	s.pay("ch_2", 1000)
	s.wantRefunded(Paid, 0)
}

func TestRefundsListedByAnOldChargeAreRead(t *testing.T) {
	s := newStripe(t, "2020-08-27")
	s.pay("ch_1", 1000).refund("re_1", 300)
	s.ch["refunds"] = object{"data": []object{with(s.refunds["re_1"], "status", "succeeded")}}
	s.send("charge.updated", with(s.charge(), "amount_refunded", 0))
	s.wantRefunded(PartiallyRefunded, 300)
}

func TestAReleaseListedAsARefundByAnOldChargeIsNone(t *testing.T) {
	s := newStripe(t, "2020-08-27")
	s.authorize("ch_1", 1000)
	s.ch["refunds"] = object{"data": []object{{"object": "refund", "id": "re_1", "charge": "ch_1", "amount": 400, "status": "succeeded"}}}
	s.capture(600, true)
	s.wantRefunded(Paid, 0)
}

// Before 2025-03-31 a partial capture makes a refund object of the remainder,
// and events may tell of it.
func TestTheReleaseOfAPartialCaptureIsNoRefundThoughItHasAnObject(t *testing.T) {
	for _, version := range []string{v2023, "2024-11-20.acacia"} {
		s := newStripe(t, version)
		s.intent(1000).authorize("ch_1", 1000).capture(400, true)
		release := object{"object": "refund", "id": "re_0", "amount": 600, "charge": "ch_1", "payment_intent": "pi_1", "status": "succeeded", "created": s.now - 60}
		if facts.Version(s.version).ReportsEveryRefund() {
			s.send("refund.created", release)
		}
		s.send("charge.refund.updated", release)
		s.wantRefunded(Paid, 0)
		s.refund("re_1", 100)
		s.wantRefunded(PartiallyRefunded, 100)
	}
}

func TestARefundBetweenTwoCapturesIsOneThoughTheRestIsNotReleased(t *testing.T) {
	for _, version := range []string{v2023, dahlia} {
		s := newStripe(t, version)
		s.intent(1000).authorize("ch_1", 1000).capture(300, false).refund("re_1", 100)
		s.wantRefunded(PartiallyRefunded, 100)
		s.capture(200, false)
		s.wantRefunded(PartiallyRefunded, 100)
		s.capture(400, true)
		s.wantRefunded(PartiallyRefunded, 100)
	}
}

func TestARefundOfAsMuchAsWasReleasedIsOne(t *testing.T) {
	for _, version := range []string{v2023, "2024-11-20.acacia", dahlia} {
		s := newStripe(t, version)
		s.intent(1000).authorize("ch_1", 1000).capture(500, true).refund("re_1", 500)
		s.send("charge.refund.updated", s.refunds["re_1"])
		s.wantRefunded(Refunded, 500)
		s.failRefund("re_1")
		s.wantRefunded(Paid, 0)
	}
}

func TestWhereEveryRefundIsToldTheChargesSumIsNotNeeded(t *testing.T) {
	s := newStripe(t, dahlia)
	s.intent(1000).pay("ch_1", 1000).refund("re_1", 300).refund("re_2", 200).failRefund("re_2")
	s.send("charge.updated", with(s.charge(), "amount_refunded", 500))
	s.wantRefunded(PartiallyRefunded, 300)
}

func TestWhereNoRefundIsToldTheChargesNewestSumIsTheAnswer(t *testing.T) {
	for _, version := range []string{v2023, dahlia} {
		s := newStripe(t, version)
		s.intent(1000).pay("ch_1", 1000).refund("re_1", 300).refund("re_2", 200).failRefund("re_1").refund("re_3", 100)
		s.forget("refund.")
		s.wantRefunded(PartiallyRefunded, 300)
	}
}

func TestRefundsMadeAfterAnUpgradeAddToTheOldSum(t *testing.T) {
	s := newStripe(t, v2023)
	s.intent(1000).pay("ch_1", 1000).refund("re_1", 300)
	s.version = dahlia
	s.refund("re_2", 200).refund("re_3", 100).failRefund("re_3")
	s.events = slices.DeleteFunc(s.events, func(e facts.Event) bool { return e.Charge != nil && e.APIVersion == dahlia })
	s.wantRefunded(PartiallyRefunded, 500)
}

func TestARefundThatFailsWithinItsSecondIsNotRefunded(t *testing.T) {
	s := newStripe(t, v2023)
	s.intent(1000).pay("ch_1", 1000).refund("re_1", 300)
	s.now -= 60
	s.failRefund("re_1")
	s.wantRefunded(Paid, 0)
}

func TestASumTakenInTheSecondOfAFailureHasItAlready(t *testing.T) {
	s := newStripe(t, v2023)
	s.intent(1000).pay("ch_1", 1000).refund("re_1", 300).refund("re_2", 200).failRefund("re_2")
	s.now -= 60
	s.touch()
	s.wantRefunded(PartiallyRefunded, 300)
}
