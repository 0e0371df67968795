package access_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/shop/access"
)

var (
	_ access.Reader = (*dynamo.Tables)(nil)
	_ access.Reader = (*memory.Store)(nil)

	noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

const week = 7 * 24 * time.Hour

var scope = event.Scope{Livemode: true}

// store keeps the row that the events make.
func store(t *testing.T, events ...facts.Event) *memory.Store {
	t.Helper()
	var c access.Customer
	for _, e := range events {
		c = access.Merge(c, "cus_1", e)
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	s := memory.New()
	if err := s.Write(t.Context(), event.Write{Table: access.Table, Key: scope.Key(access.Kind, "cus_1"), Data: data}); err != nil {
		t.Fatal(err)
	}
	return s
}

// changed is an event, made at noon, about a subscription whose period ends in a week.
func changed(kind, status string) facts.Event {
	return facts.Event{
		Facts: event.Facts{ID: "evt_" + kind + status, Type: "customer.subscription." + kind, Created: noon},
		Subscription: &facts.Subscription{
			ID: "sub_1", Customer: "cus_1", Status: status, ItemsComplete: true,
			Items: []facts.SubscriptionItem{{ID: "si_1", Product: "prod_a", PeriodEnd: noon.Add(week)}},
		},
	}
}

func TestCheckAllowsUntilThePeriodsEndPlusGraceUnlessEnded(t *testing.T) {
	for _, c := range []struct {
		name    string
		events  []facts.Event
		after   time.Duration
		allowed bool
		until   time.Duration // after noon; 0 for no time
	}{
		{"active", []facts.Event{changed("created", "active")}, 0, true, 2 * week},
		{"on trial", []facts.Event{changed("created", "trialing")}, week - 1, true, 2 * week},
		{"the renewal is late", []facts.Event{changed("created", "active")}, week + time.Hour, true, 2 * week},
		{"a moment before grace ends", []facts.Event{changed("created", "active")}, 2*week - 1, true, 2 * week},
		{"nothing heard for too long", []facts.Event{changed("created", "active")}, 2 * week, false, 0},
		{"past due", []facts.Event{changed("updated", "past_due")}, week - 1, true, week},
		{"past due for too long", []facts.Event{changed("updated", "past_due")}, week, false, 0},
		{"unpaid", []facts.Event{changed("updated", "unpaid")}, 0, false, 0},
		{"paused", []facts.Event{changed("updated", "paused")}, 0, false, 0},
		{"incomplete", []facts.Event{changed("created", "incomplete")}, 0, false, 0},
		{"ended before its period did", []facts.Event{changed("created", "active"), changed("deleted", "canceled")}, time.Second, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := access.Check(t.Context(), store(t, c.events...), scope, "cus_1", "prod_a", noon.Add(c.after), week)
			if err != nil {
				t.Fatal(err)
			}
			var until time.Duration
			if !d.Until.IsZero() {
				until = d.Until.Sub(noon)
			}
			if d.Allowed != c.allowed || until != c.until || d.Why == "" {
				t.Errorf("got %+v, want allowed %v until noon + %v", d, c.allowed, c.until)
			}
		})
	}
}

func TestCheckAnswersForFeatures(t *testing.T) {
	summary := func(id string, created time.Time, keys ...string) facts.Event {
		e := facts.Event{Facts: event.Facts{ID: id, Created: created}, Entitlements: &facts.EntitlementSummary{Customer: "cus_1", Complete: true}}
		for _, k := range keys {
			e.Entitlements.Entitlements = append(e.Entitlements.Entitlements, facts.Entitlement{ID: "ent_" + k, Feature: "feat_" + k, LookupKey: k})
		}
		return e
	}
	s := store(t, summary("evt_2", noon.Add(time.Minute), "sso"), summary("evt_1", noon, "seats", "sso"))
	for feature, allowed := range map[string]bool{"sso": true, "seats": false, "api": false} {
		d, err := access.Check(t.Context(), s, scope, "cus_1", feature, noon, week)
		if err != nil || d.Allowed != allowed || d.Why == "" {
			t.Errorf("%s: got %+v, %v, want allowed %v", feature, d, err, allowed)
		}
	}
}

func TestCheckReadsItsOwnScopeOnly(t *testing.T) {
	s := store(t, changed("created", "active"))
	for _, other := range []event.Scope{{}, {Account: "acct_1", Livemode: true}} {
		if d, err := access.Check(t.Context(), s, other, "cus_1", "prod_a", noon, week); err != nil || d.Allowed {
			t.Errorf("%s: got %+v, %v, want a refusal", other.Text(), d, err)
		}
	}
}

func TestCheckRefusesAStrangerWithoutAnError(t *testing.T) {
	d, err := access.Check(t.Context(), memory.New(), scope, "cus_9", "prod_a", noon, week)
	if err != nil || d.Allowed || d.Why == "" {
		t.Errorf("got %+v, %v, want a refusal with a reason", d, err)
	}
}

type down struct{ error }

func (d down) Load(context.Context, string, string) (event.Row, error) { return event.Row{}, d.error }

func TestCheckDecidesNothingWhenTheTableCannotBeRead(t *testing.T) {
	outage := errors.New("throttled")
	if d, err := access.Check(t.Context(), down{outage}, scope, "cus_1", "prod_a", noon, week); !errors.Is(err, outage) || d.Allowed {
		t.Errorf("got %+v, %v, want the error", d, err)
	}
}
