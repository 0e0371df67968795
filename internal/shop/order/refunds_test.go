package order

import (
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

func TestARefundThatIsPendingCountsAndOneThatIsCanceledDoesNot(t *testing.T) {
	for status, want := range map[string]int64{"pending": 400, "requires_action": 400, "succeeded": 400, "failed": 0, "canceled": 0} {
		p := newPayment(stripetest.Latest)
		p.Create().Pay()
		add(p, "refund.updated", object{"object": "refund", "id": "re_1", "amount": 400, "charge": "ch_1", "payment_intent": "pi_1", "status": status})
		if o := merge(views(p)); o.Refunded != want {
			t.Errorf("a %s refund of 400 gives %d refunded, want %d", status, o.Refunded, want)
		}
	}
}

func TestRefundCountsWhereOnlyTheIntentReportsThePayment(t *testing.T) {
	p := newPayment(stripetest.Latest)
	p.Create().Pay().Refund("re_1", 400)
	p.Life.Drop(func(e stripetest.Event) bool { return e.View().Charge != nil })
	wantRefunded(t, p, PartiallyRefunded, 400)
}

func TestARefundOfAnAuthorisationIsNone(t *testing.T) {
	p := newPayment(stripetest.Latest)
	p.Create().Authorize()
	add(p, "refund.created", object{"object": "refund", "id": "re_1", "amount": 1000, "charge": "ch_1", "payment_intent": "pi_1", "status": "succeeded"})
	p.Release()
	wantRefunded(t, p, Canceled, 0)
}

func TestAReleasedChargeBesideAPaidOneRefundsNothing(t *testing.T) {
	p := newPayment(stripetest.Latest)
	p.Create().Authorize()
	add(p, "refund.created", object{"object": "refund", "id": "re_1", "amount": 1000, "charge": "ch_1", "payment_intent": "pi_1", "status": "succeeded"})
	p.SendCharge("expired", nil, nil)
	p.Charge = "ch_2"
	p.Pay()
	wantRefunded(t, p, Paid, 0)
}

func TestRefundsListedByAnOldChargeAreRead(t *testing.T) {
	p := newPayment("2020-08-27")
	alone(p, 1000).Pay().Refund("re_1", 300)
	p.Over = object{"refunds": object{"data": []object{p.RefundObject("re_1")}}}
	p.SendCharge("updated", object{"amount_refunded": 0}, nil)
	wantRefunded(t, p, PartiallyRefunded, 300)
}

func TestAReleaseListedAsARefundByAnOldChargeIsNone(t *testing.T) {
	p := newPayment("2020-08-27")
	alone(p, 1000).Authorize()
	p.Over = object{"refunds": object{"data": []object{{"object": "refund", "id": "re_1", "charge": "ch_1", "amount": 400, "status": "succeeded"}}}}
	p.Capture(600, true)
	wantRefunded(t, p, Paid, 0)
}

// Before 2025-03-31 a partial capture makes a refund object of the remainder,
// and events may report it.
func TestReleaseOfPartialCaptureIsNoRefund(t *testing.T) {
	for _, version := range []facts.Version{stripetest.Older, "2024-11-20.acacia"} {
		p := newPayment(version)
		p.Create().Authorize().Capture(400, true)
		release := object{"object": "refund", "id": "re_0", "amount": 600, "charge": "ch_1", "payment_intent": "pi_1", "status": "succeeded", "created": p.Life.Now.Unix() - 60}
		if p.Life.Version.ReportsEveryRefund() {
			add(p, "refund.created", release)
		}
		add(p, "charge.refund.updated", release)
		wantRefunded(t, p, Paid, 0)
		p.Refund("re_1", 100)
		wantRefunded(t, p, PartiallyRefunded, 100)
	}
}

func TestARefundBetweenTwoCapturesIsOneThoughTheRestIsNotReleased(t *testing.T) {
	for _, version := range stripetest.Versions {
		p := newPayment(version)
		p.Create().Authorize().Capture(300, false).Refund("re_1", 100)
		wantRefunded(t, p, PartiallyRefunded, 100)
		p.Capture(200, false)
		wantRefunded(t, p, PartiallyRefunded, 100)
		p.Capture(400, true)
		wantRefunded(t, p, PartiallyRefunded, 100)
	}
}

func TestARefundOfAsMuchAsWasReleasedIsOne(t *testing.T) {
	for _, version := range []facts.Version{stripetest.Older, "2024-11-20.acacia", stripetest.Latest} {
		p := newPayment(version)
		p.Create().Authorize().Capture(500, true).Refund("re_1", 500)
		add(p, "charge.refund.updated", p.RefundObject("re_1"))
		wantRefunded(t, p, Refunded, 500)
		p.FailRefund("re_1")
		wantRefunded(t, p, Paid, 0)
	}
}

func TestChargesSumIsNotNeededWhereEveryRefundIsReported(t *testing.T) {
	p := newPayment(stripetest.Latest)
	p.Create().Pay().Refund("re_1", 300).Refund("re_2", 200).FailRefund("re_2")
	p.SendCharge("updated", object{"amount_refunded": 500}, nil)
	wantRefunded(t, p, PartiallyRefunded, 300)
}

func TestChargesNewestSumCountsWhereNoRefundIsReported(t *testing.T) {
	for _, version := range stripetest.Versions {
		p := newPayment(version)
		p.Create().Pay().Refund("re_1", 300).Refund("re_2", 200).FailRefund("re_1").Refund("re_3", 100)
		p.Life.Drop(func(e stripetest.Event) bool { return strings.HasPrefix(e.Type, "refund.") })
		wantRefunded(t, p, PartiallyRefunded, 300)
	}
}

func TestRefundsMadeAfterAnUpgradeAddToTheOldSum(t *testing.T) {
	p := newPayment(stripetest.Older)
	p.Create().Pay().Refund("re_1", 300)
	p.Life.Version = stripetest.Latest
	p.Refund("re_2", 200).Refund("re_3", 100).FailRefund("re_3")
	p.Life.Drop(func(e stripetest.Event) bool { return e.Version == stripetest.Latest && e.View().Charge != nil })
	wantRefunded(t, p, PartiallyRefunded, 500)
}

func TestARefundThatFailsWithinItsSecondIsNotRefunded(t *testing.T) {
	p := newPayment(stripetest.Older)
	p.Create().Pay().Refund("re_1", 300)
	p.Wait(-time.Minute)
	p.FailRefund("re_1")
	wantRefunded(t, p, Paid, 0)
}

func TestASumTakenInTheSecondOfAFailureHasItAlready(t *testing.T) {
	p := newPayment(stripetest.Older)
	p.Create().Pay().Refund("re_1", 300).Refund("re_2", 200).FailRefund("re_2")
	p.Wait(-time.Minute)
	p.Touch()
	wantRefunded(t, p, PartiallyRefunded, 300)
}
