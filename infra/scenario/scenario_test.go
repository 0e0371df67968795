package scenario_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/scenario"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// drawn returns ids that differ each time.
func drawn() func(n int) string {
	i := 0
	return func(n int) string {
		i++
		return fmt.Sprintf("%0*d", n, i)
	}
}

// each runs every scenario in every version.
func each(t *testing.T, check func(t *testing.T, version facts.Version, s scenario.Scenario, sequence scenario.Sequence)) {
	t.Helper()
	random := drawn()
	for _, version := range stripetest.Versions {
		for _, s := range scenario.All {
			t.Run(s.Name+" in "+string(version), func(t *testing.T) {
				check(t, version, s, s.Write(scenario.Setting{Version: version, Scope: event.Scope{Account: "acct_1"}, End: stripetest.Noon, Random: random}))
			})
		}
	}
}

func TestEventsAreOfOneCustomerAndEndNow(t *testing.T) {
	seen := map[string]bool{}
	each(t, func(t *testing.T, version facts.Version, s scenario.Scenario, sequence scenario.Sequence) {
		t.Helper()
		customer := sequence.Objects[0]["id"].(string)
		var types []string
		for i, e := range sequence.Events {
			types = append(types, e.Type)
			f, reason := webhook.Parse(e.Body)
			if reason != "" {
				t.Fatalf("%s: %s", e.Type, reason)
			}
			at := stripetest.Noon.Add(-time.Duration(len(sequence.Events)-1-i) * time.Second)
			if f.ID != e.ID || f.Type != e.Type || seen[e.ID] || !f.Created.Equal(at) || f.Account != "acct_1" || f.Livemode || f.APIVersion != string(version) {
				t.Errorf("%+v, want it at %s", f, at)
			}
			if f.Customer != "" && f.Customer != customer || f.Amount != nil && *f.Amount != 2000 && *f.Amount != 0 || f.Currency != "" && f.Currency != "usd" {
				t.Errorf("%s is of %s with %v %s", e.Type, f.Customer, f.Amount, f.Currency)
			}
			seen[e.ID] = true
		}
		if !slices.Equal(types, s.Types(version)) {
			t.Errorf("posts %v, lists %v", types, s.Types(version))
		}
	})
}

// named are the ids with a prefix in the events.
func named(sequence scenario.Sequence, prefix string) map[string]bool {
	ids := map[string]bool{}
	for _, e := range sequence.Events {
		for part := range strings.SplitSeq(string(e.Body), `"`) {
			if strings.HasPrefix(part, prefix) && len(part) == len(prefix)+24 {
				ids[part] = true
			}
		}
	}
	return ids
}

func TestObjectsOfScenarioReferToEachOther(t *testing.T) {
	each(t, func(t *testing.T, _ facts.Version, s scenario.Scenario, sequence scenario.Sequence) {
		t.Helper()
		for _, prefix := range map[string][]string{
			"payment": {"pi_", "ch_", "cs_test_"}, "failed-payment": {"pi_", "ch_"}, "refund": {"pi_", "ch_", "cs_test_"},
			"dispute": {"pi_", "ch_", "dp_"}, "subscription": {"pi_", "ch_", "cs_test_", "sub_", "in_"},
		}[s.Name] {
			all := named(sequence, prefix)
			own := 0
			for id := range all {
				if strings.HasPrefix(id, prefix+"0000") {
					own++
				}
			}
			if own != 1 {
				t.Errorf("%d ids of ours with %s in %v, want one", own, prefix, all)
			}
		}
	})
}

func TestEveryEventHasThinTwin(t *testing.T) {
	each(t, func(t *testing.T, _ facts.Version, _ scenario.Scenario, sequence scenario.Sequence) {
		t.Helper()
		for _, e := range sequence.Events {
			body, err := fakestripe.Thin(e.Body, true)
			if err != nil || !json.Valid(body) {
				t.Errorf("%s: %v", e.Type, err)
			}
		}
	})
}

func TestPaymentHasEventsOfRealCardPayment(t *testing.T) {
	s, ok := scenario.Find("payment")
	want := []string{"payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed", "charge.updated"}
	if !ok || !slices.Equal(s.Types(stripetest.Latest), want) {
		t.Errorf("%v", s.Types(stripetest.Latest))
	}
	if _, ok := scenario.Find("paymet"); ok {
		t.Error("a scenario of another name is found")
	}
}
