package access_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// at is the second of the tests' events.
const at = 1790000000

var (
	active = string(stripetest.Event{
		Type: "customer.subscription.updated", Scope: live, Created: time.Unix(at, 0),
		Object: stripetest.Object{"id": "sub_1", "object": "subscription", "status": "active", "customer": "cus_1", "items": list(false, stripetest.Object{
			"id": "si_1", "price": stripetest.Object{"id": "price_1", "product": "prod_a"}, "current_period_end": 1792592000,
		})},
	}.Body())
	summary = string(stripetest.Event{
		ID: "evt_3", Type: "entitlements.active_entitlement_summary.updated", Scope: live, Created: time.Unix(at, 0),
		Object: stripetest.Object{
			"object": "entitlements.active_entitlement_summary", "customer": "cus_1", "livemode": true,
			"entitlements": list(true, stripetest.Object{"id": "ent_1", "feature": "feat_1", "lookup_key": "seats"}),
		},
	}.Body())
)

func list(more bool, one stripetest.Object) stripetest.Object {
	return stripetest.Object{"object": "list", "has_more": more, "data": []stripetest.Object{one}}
}

var deleted = strings.NewReplacer("evt_1", "evt_2", "updated", "deleted", "1790000000", "1790000060", "active", "canceled").Replace(active)

// fake is a Stripe that lists these, or fails.
type fake struct {
	items        []facts.SubscriptionItem
	entitlements []facts.Entitlement
	err          error
}

func (f *fake) Items(context.Context, facts.Event) ([]facts.SubscriptionItem, error) {
	return f.items, f.err
}

func (f *fake) Entitlements(context.Context, facts.Event) ([]facts.Entitlement, error) {
	return f.entitlements, f.err
}

func rows(t *testing.T, rig *actiontest.Rig) []access.Row {
	t.Helper()
	var c access.Customer
	if !rig.State(access.Table, access.Kind, "cus_1", &c) {
		t.Fatal("no row was written")
	}
	return c.Rows(rig.Now, week)
}

func TestAnActiveSubscriptionGrantsItsProductUntilThePeriodsEnd(t *testing.T) {
	rig := actiontest.New(t, granter(keyless).Grant)
	if d := rig.Post([]byte(active)); d.State != event.Done || d.Outcome != "granted prod_a until 21 Oct 2026" {
		t.Fatalf("delivery is %s: %s%s", d.State, d.Error, d.Outcome)
	}
	want := []access.Row{{Customer: "cus_1", Product: "prod_a", Granted: true, Until: time.Unix(1792592000, 0).UTC(), Scope: live}}
	if diff := cmp.Diff(want, rows(t, rig), cmpopts.IgnoreFields(access.Row{}, "Why")); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	d, err := access.Check(t.Context(), rig.Store, live, "cus_1", "prod_a", rig.Now, week)
	if err != nil || !d.Allowed {
		t.Errorf("check says %+v, %v, want it allowed", d, err)
	}
}

func TestAnOlderUpdateAfterTheDeletionGivesNothingBack(t *testing.T) {
	rig := actiontest.New(t, granter(keyless).Grant)
	rig.Post([]byte(deleted))
	if d := rig.Post([]byte(active)); d.State != event.Done {
		t.Fatalf("delivery is %s: %s", d.State, d.Error)
	}
	if r := rows(t, rig); r[0].Granted {
		t.Errorf("row is %+v, want it revoked", r[0])
	}
}

func TestOneCustomerIDInThreeScopesIsThreeCustomers(t *testing.T) {
	rig := actiontest.New(t, granter(keyless).Grant)
	rig.Post([]byte(active))
	rig.Post([]byte(strings.Replace(deleted, `"evt_2"`, `"evt_2","account":"acct_1"`, 1)))
	rig.Post([]byte(strings.NewReplacer(`"evt_2"`, `"evt_3"`, `"livemode":true`, `"livemode":false`).Replace(deleted)))
	for scope, want := range map[event.Scope]bool{live: true, {Livemode: true, Account: "acct_1"}: false, {}: false} {
		d, err := access.Check(t.Context(), rig.Store, scope, "cus_1", "prod_a", rig.Now, week)
		if err != nil || d.Allowed != want || !want && !strings.Contains(d.Why, "canceled") {
			t.Errorf("%s: %+v, %v, want allowed %v", scope.Text(), d, err, want)
		}
	}
}

func TestGraceIsAppliedWhenARowIsReadAndIsInNone(t *testing.T) {
	rig := actiontest.New(t, granter(keyless).Grant)
	rig.Post([]byte(strings.ReplaceAll(active, `"status":"active"`, `"status":"past_due"`)))
	var row json.RawMessage
	var c access.Customer
	if !rig.State(access.Table, access.Kind, "cus_1", &row) || !rig.State(access.Table, access.Kind, "cus_1", &c) || strings.Contains(string(row), "grace") {
		t.Fatalf("row is %s, want one without the grace", row)
	}
	for days, granted := range map[int]bool{0: false, 1: true} {
		grace := access.Settings{GraceDays: days}.Grace()
		d, err := access.Check(t.Context(), rig.Store, live, "cus_1", "prod_a", rig.Now, grace)
		if r := c.Rows(rig.Now, grace)[0]; err != nil || r.Granted != granted || d.Allowed != granted {
			t.Errorf("with %d days: %+v, %+v, %v", days, r, d, err)
		}
	}
}

func TestTheRestOfAnIncompleteSummaryIsFetched(t *testing.T) {
	rig := actiontest.New(t, granter(&fake{entitlements: []facts.Entitlement{{LookupKey: "seats"}, {LookupKey: "sso"}}}).Grant)
	if d := rig.Post([]byte(summary)); d.State != event.Done {
		t.Fatalf("delivery is %s: %s", d.State, d.Error)
	}
	if r := rows(t, rig); len(r) != 2 || !r[0].Granted || r[1].Feature != "sso" || !r[1].Granted {
		t.Errorf("rows are %+v, want both features", r)
	}
}

func TestTheRestOfTheItemsIsFetchedAndHasTheSamePeriod(t *testing.T) {
	rig := actiontest.New(t, granter(&fake{items: []facts.SubscriptionItem{{ID: "si_1", Product: "prod_a"}, {ID: "si_2", Product: "prod_b"}}}).Grant)
	rig.Post([]byte(strings.ReplaceAll(active, `"has_more":false`, `"has_more":true`)))
	r := rows(t, rig)
	if len(r) != 2 || r[1].Product != "prod_b" || !r[1].Granted || !r[1].Until.Equal(r[0].Until) || r[0].Until.IsZero() {
		t.Errorf("rows are %+v, want both products with one period", r)
	}
}

// What was fetched is younger than the event: the changes of one second know each
// other by what they list themselves.
func TestFetchedItemsDoNotDisturbTheOrderOfOneSecond(t *testing.T) {
	rig := actiontest.New(t, granter(&fake{items: []facts.SubscriptionItem{{ID: "si_9", Product: "prod_z"}}}).Grant)
	change := func(id, was, is string) []byte {
		return []byte(strings.NewReplacer(`"evt_1"`, `"`+id+`"`, `"has_more":false`, `"has_more":true`, `"status":"active"`, `"status":"`+is+`"`,
			`"data":{`, `"data":{"previous_attributes":{"status":"`+was+`"},`).Replace(active))
	}
	rig.Post(change("evt_3", "past_due", "unpaid"))
	rig.Post(change("evt_4", "incomplete", "active"))
	rig.Post(change("evt_2", "active", "past_due"))
	for _, r := range rows(t, rig) {
		if !strings.HasSuffix(r.Why, "sub_1 is unpaid") {
			t.Errorf("row is %+v, want it unpaid without a doubt", r)
		}
	}
}

func TestWhatAnIncompleteEventNamesStandsThoughTheYoungerListLacksIt(t *testing.T) {
	rig := actiontest.New(t, granter(&fake{}).Grant)
	rig.Post([]byte(strings.ReplaceAll(active, `"has_more":false`, `"has_more":true`)))
	rig.Post([]byte(summary))
	r := rows(t, rig)
	if len(r) != 2 || !r[0].Granted || !r[1].Granted {
		t.Errorf("rows are %+v, want the event's product and feature granted", r)
	}
}

func TestWithoutAKeyAnIncompleteSummaryTakesNothingAwayAndSaysSo(t *testing.T) {
	rig := actiontest.New(t, granter(keyless).Grant)
	rig.Post([]byte(strings.NewReplacer("evt_3", "evt_0", `"has_more":true`, `"has_more":false`, "seats", "sso", "1790000000", "1789999940").Replace(summary)))
	d := rig.Post([]byte(summary))
	if d.State != event.Done || !strings.Contains(d.Outcome, "nothing is taken away") {
		t.Fatalf("delivery is %s with outcome %q, want done with a note", d.State, d.Outcome)
	}
	if r := rows(t, rig); len(r) != 2 || !r[0].Granted || !r[1].Granted {
		t.Errorf("rows are %+v, want both features granted", r)
	}
}

func TestWhileStripeIsDownAnIncompleteSummaryWaits(t *testing.T) {
	stripe := &fake{err: errors.New("503 from Stripe")}
	rig := actiontest.New(t, granter(stripe).Grant)
	d := rig.Post([]byte(summary))
	if d.State != event.Waiting {
		t.Fatalf("delivery is %s: %s", d.State, d.Error)
	}
	stripe.err, rig.Now = nil, d.Next
	if d := rig.Deliver("evt_3"); d.State != event.Done {
		t.Errorf("delivery is %s: %s", d.State, d.Error)
	}
}

func TestAnEventThatGrantsNothingIsDoneWithTheReason(t *testing.T) {
	rig := actiontest.New(t, granter(keyless).Grant)
	d := rig.Post([]byte(strings.ReplaceAll(active, `"object":"subscription"`, `"object":"plan"`)))
	if d.State != event.Done || d.Outcome == "" {
		t.Errorf("delivery is %s with outcome %q, want done with a reason", d.State, d.Outcome)
	}
}

func TestGraceSettingDefaultsToAWeek(t *testing.T) {
	read := func(text string) (access.Settings, error) {
		return access.SettingsFrom(func(string) string { return text })
	}
	for text, want := range map[string]int{"": 7, "0": 0, "14": 14} {
		if got, err := read(text); err != nil || got.GraceDays != want {
			t.Errorf("%q: got %+v, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"-1", "a week"} {
		if _, err := read(text); err == nil {
			t.Errorf("%q was taken for a number of days", text)
		}
	}
}

func TestEverySampleEventIsDoneWithoutAnError(t *testing.T) {
	rig := actiontest.New(t, granter(keyless).Grant)
	for name, body := range stripetest.Samples() {
		if d := rig.Post(body); d.State != event.Done || d.Error != "" {
			t.Errorf("%s: delivery is %s: %s", name, d.State, d.Error)
		}
	}
}

// live is the scope of the tests' events.
var live = event.Scope{Livemode: true}

// keyless is a Stripe without a key.
var keyless = &fake{err: event.ErrNotConfigured}

// granter is the action with the grace period's default.
func granter(stripe access.Lists) access.Granter {
	return access.Granter{Stripe: stripe}
}

func TestAnAuditAfterAKeyIsSetMakesTheSameRow(t *testing.T) {
	stripe := &fake{err: event.ErrNotConfigured}
	rig := actiontest.New(t, granter(stripe).Grant)
	rig.Post([]byte(summary))
	stripe.err, stripe.entitlements = nil, []facts.Entitlement{{ID: "ent_2", LookupKey: "sso"}}
	var before access.Customer
	rig.State(access.Table, access.Kind, "cus_1", &before)
	reply, err := rig.Handler.Audit(t.Context(), delivery.AuditRequest{Folds: []delivery.AuditFold{{
		Table: access.Table, Key: live.Key(access.Kind, "cus_1"), Events: []string{"evt_3"},
	}}})
	var after access.Customer
	if err != nil || json.Unmarshal(reply.Folded[0], &after) != nil {
		t.Fatal(err, reply)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("recomputed row:\n%s", diff)
	}
}
