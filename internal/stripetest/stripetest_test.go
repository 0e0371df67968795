package stripetest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// whole is a life with every step.
func whole(version facts.Version) *stripetest.Life {
	l := stripetest.New(version)
	l.Scope.Account = "acct_1"
	p := l.Payment(stripetest.Payment{})
	p.Create().Decline().Authorize().Capture(600, true).Refund("", 100).RefundAs("", 100, "pending").EndRefund("re_2", "succeeded").FailRefund("re_1")
	p.Checkout("completed", "complete", "paid").Touch().Warn("created", "issfr_1", true).Review("opened", "prv_1", "").Review("closed", "prv_1", "approved")
	p.Dispute("created", "dp_1", 600, "needs_response").Dispute("closed", "dp_1", 600, "lost")
	l.Payment(stripetest.Payment{}).Debit().Pay()
	l.Payment(stripetest.Payment{}).Authorize().Release()
	l.Payment(stripetest.Payment{NoIntent: true}).Checkout("expired", "expired", "unpaid")
	l.Subscribe("", "trialing", "prod_a", "prod_b").Send("trial_will_end").Renew().Turn("past_due").Cancel()
	l.Entitle(false, "seats").Entitle(true, "seats", "sso")
	return l
}

func TestIngestAcceptsEveryEvent(t *testing.T) {
	for _, version := range stripetest.Versions {
		for _, e := range whole(version).Events {
			f, reason := webhook.Parse(e.Body())
			if reason != "" || f.ID != e.ID || f.Type != e.Type || f.Scope != e.Scope || !f.Created.Equal(e.Created) || f.APIVersion != string(version) {
				t.Errorf("%s: parsed as %+v, %q", e.Type, f, reason)
			}
			if v := e.View(); v.ID != e.ID {
				t.Errorf("%s: view of %q", e.Type, v.ID)
			}
		}
	}
}

// added are the fields that Stripe's samples leave out.
var added = map[string]bool{
	"payment_intent": true, "invoice": true, "failure_reason": true, "failure_balance_transaction": true, "customer": true, "entitlements": true,
}

func TestObjectsHaveTheFieldsOfSamples(t *testing.T) {
	for _, version := range stripetest.Versions {
		for _, e := range whole(version).Events {
			sample := stripetest.Sample(e.Type, version, nil)
			for field := range e.Object.(stripetest.Object) {
				if _, known := sample[field]; !known && !added[field] {
					t.Errorf("%s in %s: field %s is not in the sample", e.Type, version, field)
				}
			}
		}
	}
}

func TestLeanEventsAreSmallAndReadable(t *testing.T) {
	for _, version := range stripetest.Versions {
		l := stripetest.New(version)
		l.Lean = true
		l.Payment(stripetest.Payment{}).Create().Pay().Refund("", 100)
		for _, e := range l.Events {
			if v := e.View(); v.PaymentIntent == nil && v.Charge == nil && v.Refund == nil || len(e.Body()) > 1500 {
				t.Errorf("%s has %d bytes, want a small event with a view", e.Type, len(e.Body()))
			}
		}
	}
}

func TestVersionsReportReleasesAndRefundsAsTheirRulesSay(t *testing.T) {
	kinds := func(version facts.Version) string {
		l := stripetest.New(version)
		l.Payment(stripetest.Payment{}).Authorize().Capture(600, true).Refund("", 100)
		var all []string
		for _, e := range l.Events[2:] {
			all = append(all, fmt.Sprint(e.Type, " ", e.Object.(stripetest.Object)["amount_refunded"]))
		}
		return strings.Join(all, ", ")
	}
	for version, want := range map[facts.Version]string{
		stripetest.Older:    "charge.refunded 400, charge.captured 400, payment_intent.succeeded <nil>, charge.refunded 500",
		stripetest.Latest:   "charge.captured 0, payment_intent.succeeded <nil>, refund.created <nil>, charge.refunded 100",
		"2024-11-20.acacia": "charge.refunded 400, charge.captured 400, payment_intent.succeeded <nil>, refund.created <nil>, charge.refunded 500",
	} {
		if got := kinds(version); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", version, got, want)
		}
	}
}

func TestTimePassesBetweenEventsAndSteps(t *testing.T) {
	l := stripetest.New(stripetest.Latest)
	l.Before, l.After = func() time.Duration { return time.Second }, time.Minute
	l.Payment(stripetest.Payment{}).Create().Pay()
	var got []time.Duration
	for _, e := range l.Events {
		got = append(got, e.Created.Sub(stripetest.Noon))
	}
	if diff := cmp.Diff([]time.Duration{time.Second, 62 * time.Second, 63 * time.Second}, got); diff != "" {
		t.Error(diff)
	}
}

func TestScopeOfALifeIsThatOfItsEvents(t *testing.T) {
	l := stripetest.New(stripetest.Latest)
	l.Scope = event.Scope{}
	l.Payment(stripetest.Payment{}).Create()
	if f, _ := webhook.Parse(l.Events[0].Body()); f.Scope != l.Scope {
		t.Errorf("scope is %s, want %s", f.Text(), l.Scope.Text())
	}
}

func TestOrdersContainEveryPermutationOfAFew(t *testing.T) {
	all := []string{"a", "b", "c"}
	seen := map[string]bool{}
	for order := range stripetest.Orders(1, all) {
		seen[strings.Join(order, "")] = true
		if slices.Sort(order); !slices.Equal(slices.Compact(order), all) {
			t.Errorf("%v does not contain all of %v", order, all)
		}
	}
	for _, want := range []string{"abc", "acb", "bac", "bca", "cab", "cba"} {
		if !seen[want] {
			t.Errorf("%s is not among the orders", want)
		}
	}
}

func TestOneSeedIsOneSampleOfOrders(t *testing.T) {
	all := []int{1, 2, 3, 4, 5, 6, 7, 8}
	first, second := slices.Collect(stripetest.Orders(7, all)), slices.Collect(stripetest.Orders(7, all))
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
}

func TestSamplesAreAllOfBothVersions(t *testing.T) {
	n := 0
	for range stripetest.Samples() {
		n++
	}
	if n < 500 {
		t.Errorf("%d samples, expected all of both API versions", n)
	}
}
