package facts

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
)

func TestBothNamesOfAnEntitlementSummaryGiveTheSameView(t *testing.T) {
	older := mustDecode(t, `{"object":"customer_entitlement_summary","customer":"cus_1","entitlements":{"has_more":false,"data":[{"id":"ent_1","feature":"feat_1","lookup_key":"seats"}]}}`)
	newer := mustDecode(t, `{"object":"entitlements.active_entitlement_summary","customer":"cus_1","entitlements":{"has_more":false,"data":[{"id":"ent_1","feature":{"id":"feat_1"},"lookup_key":"seats"}]}}`)
	if diff := cmp.Diff(older, newer); diff != "" {
		t.Errorf("views differ (-older +newer):\n%s", diff)
	}
	want := &EntitlementSummary{Customer: "cus_1", Entitlements: []Entitlement{{"ent_1", "feat_1", "seats"}}, Complete: true}
	if diff := cmp.Diff(want, newer.Entitlements); diff != "" {
		t.Error(diff)
	}
}

func TestASummaryToldWithItsCustomerIsRead(t *testing.T) {
	var e Event
	body := `{"data":{"object":{"object":"customer","id":"cus_1","entitlements":{"has_more":false,"data":[{"id":"ent_1","feature":"feat_1","lookup_key":"seats"}]}}}}`
	if err := e.DecodeEvent(event.Facts{Type: "customer.entitlement_summary.updated"}, []byte(body)); err != nil {
		t.Fatal(err)
	}
	want := &EntitlementSummary{Customer: "cus_1", Entitlements: []Entitlement{{"ent_1", "feat_1", "seats"}}, Complete: true}
	if diff := cmp.Diff(want, e.Entitlements); diff != "" {
		t.Error(diff)
	}
}

func TestASubscriptionBeforeAChangeIsTheSameInBothVersions(t *testing.T) {
	older, err := decode(t, `{"object":"subscription","id":"sub_1","status":"past_due","current_period_end":200,"items":{"has_more":false,"data":[{"id":"si_1","price":{"id":"price_1","product":"prod_1"}}]}}`,
		`{"status":"active","current_period_end":100}`)
	if err != nil {
		t.Fatal(err)
	}
	newer, err := decode(t, `{"object":"subscription","id":"sub_1","status":"past_due","items":{"has_more":false,"data":[{"id":"si_1","price":{"id":"price_1","product":"prod_1"},"current_period_end":200}]}}`,
		`{"status":"active","items":{"data":[{"id":"si_1","price":{"id":"price_1","product":"prod_1"},"current_period_end":100}],"has_more":false}}`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(older.SubscriptionBefore, newer.SubscriptionBefore); diff != "" {
		t.Errorf("before (-older +newer):\n%s", diff)
	}
	if b := newer.SubscriptionBefore; b.Status != "active" || b.Items[0].PeriodEnd.Unix() != 100 {
		t.Errorf("before is %+v, want active until second 100", b)
	}
}

func TestOddPreviousAttributesDoNotKeepAnEventFromBeingRead(t *testing.T) {
	e, err := decode(t, `{"object":"subscription","id":"sub_1","status":"active"}`, `{"status":7}`)
	if err != nil || e.SubscriptionBefore != nil {
		t.Errorf("got %+v, %v, want the subscription without what it was before", e.SubscriptionBefore, err)
	}
}
