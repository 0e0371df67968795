package order

import (
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// The charge's own sum has what no event of a refund reports.
func TestRefundsOfWhichEventsAreMissingAreInTheChargesSum(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(p *stripetest.Payment)
		missing string // part of a type, or a refund
		want    int64
	}{
		"one refund's own events":          {func(p *stripetest.Payment) { p.Refund("re_1", 500).Refund("re_2", 400) }, "re_1", 900},
		"the last refund's own events":     {func(p *stripetest.Payment) { p.Refund("re_1", 500).Refund("re_2", 400) }, "re_2", 900},
		"all refunds' own events":          {func(p *stripetest.Payment) { p.Refund("re_1", 500).Refund("re_2", 400) }, "re_", 900},
		"those of one, another failed":     {func(p *stripetest.Payment) { p.Refund("re_1", 300).FailRefund("re_1").Refund("re_2", 400) }, "re_2", 400},
		"those of one, another fails then": {func(p *stripetest.Payment) { p.Refund("re_2", 400).Refund("re_1", 300).FailRefund("re_1") }, "re_2", 400},
		"that one failed, a later sum":     {func(p *stripetest.Payment) { p.Refund("re_1", 300).EndRefund("re_1", "failed").Touch() }, "refund.updated", 0},
	} {
		for _, version := range []facts.Version{stripetest.Latest, "2024-11-20.acacia"} {
			p := newPayment(version)
			c.happens(p.Create().Pay())
			p.Life.Drop(func(e stripetest.Event) bool {
				r := e.View().Refund
				return r != nil && (strings.HasPrefix(r.ID, c.missing) || strings.HasSuffix(e.Type, c.missing) || c.missing == "refund.updated" && e.Type == "refund.failed")
			})
			o := merge(views(p))
			if o.Refunded != c.want {
				t.Errorf("%s, %s: %d refunded, want %d", version, name, o.Refunded, c.want)
			}
			for es := range stripetest.Orders(1, views(p)) {
				same(t, encode(t, o), es)
			}
		}
	}
}

// Some events count a refund that failed and some do not: what the sum was before
// says which.
func TestASumThatStillCountsAFailedRefundGivesItBack(t *testing.T) {
	for _, c := range []struct{ sum, before, want int64 }{{900, 400, 500}, {500, 0, 500}} {
		p := newPayment(stripetest.Latest)
		p.Create().Pay().Refund("re_1", 400).FailRefund("re_1")
		p.SendCharge("refunded", object{"amount_refunded": c.sum}, object{"amount_refunded": c.before})
		wantRefunded(t, p, PartiallyRefunded, c.want)
	}
}

func TestARefundThatNamesNoChargeIsOfTheOnlyOne(t *testing.T) {
	p := newPayment(stripetest.Latest)
	p.Create().Pay()
	add(p, "refund.created", object{"object": "refund", "id": "re_1", "amount": 400, "payment_intent": "pi_1", "status": "succeeded", "created": p.Life.Now.Unix()})
	p.SendCharge("refunded", object{"amount_refunded": 400}, object{"amount_refunded": 0})
	wantRefunded(t, p, PartiallyRefunded, 400)
}

func TestNoMoreIsRefundedThanIsKnownToBePaid(t *testing.T) {
	p := newPayment(stripetest.Latest)
	p.Create().Authorize().Capture(300, false).Capture(600, true).Refund("re_1", 500)
	known := stripetest.Noon.Add(2 * time.Minute)
	p.Life.Drop(func(e stripetest.Event) bool { return e.View().Refund == nil && e.Created.After(known) })
	wantRefunded(t, p, Refunded, 300)
}
