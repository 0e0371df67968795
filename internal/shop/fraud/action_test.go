package fraud_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/fraud"
	"github.com/payhooks/payhooks/internal/stripetest"
)

var flags = fraud.Flagger{}.Flag

// rule of the tests: three within an hour.
var rule = fraud.Rule{Limit: 3, Window: time.Hour}

// posted is an event about an object.
func posted(id, kind, object string) []byte {
	return stripetest.Event{ID: id, Type: kind, Scope: event.Scope{Livemode: true}, Created: time.Unix(1790000000, 0), Object: json.RawMessage(object)}.Body()
}

// live is the scope of the tests' events.
var live = event.Scope{Livemode: true}

func dispute(status string) string {
	return fmt.Sprintf(`{"id":"dp_1","object":"dispute","charge":"ch_1","payment_intent":"pi_1","status":%q,"created":1790000000,"amount":500,"currency":"eur","evidence_details":{"due_by":1790600000}}`, status)
}

func failed(n int) []byte {
	return posted(fmt.Sprintf("evt_%d", n), "charge.failed", fmt.Sprintf(`{"id":"ch_%d","object":"charge","payment_intent":"pi_%d","customer":"cus_1","status":"failed","created":%d,
		"payment_method_details":{"type":"card","card":{"fingerprint":"fp_1"}}}`, n, n, 1790000000+n))
}

func TestADisputeHoldsItsOrderUntilItIsClosed(t *testing.T) {
	rig := actiontest.New(t, flags)
	rig.Post(posted("evt_1", "charge.dispute.created", dispute("needs_response")))
	want := []fraud.Hold{{Order: "pi_1", Why: fraud.Dispute, Since: time.Unix(1790000000, 0).UTC(), Due: time.Unix(1790600000, 0).UTC(), Scope: live}}
	holds, err := fraud.Check(t.Context(), rig.Store, rule, live, "pi_1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, holds); diff != "" {
		t.Errorf("holds (-want +got):\n%s", diff)
	}
	rig.Post(posted("evt_2", "charge.dispute.closed", dispute("won")))
	if holds, err = fraud.Check(t.Context(), rig.Store, rule, live, "pi_1"); err != nil || len(holds) != 0 {
		t.Errorf("after the close: %v, %v, want no holds", holds, err)
	}
	var row fraud.Order
	if !rig.State(fraud.Table, fraud.Kind, "pi_1", &row) || len(row.Holds) != 1 || row.Holds[0].Released.IsZero() {
		t.Errorf("row is %+v, want the hold with the time of its release", row)
	}
}

func TestOneIDInThreeScopesIsThreeOrders(t *testing.T) {
	rig := actiontest.New(t, flags)
	rig.Post(posted("evt_1", "charge.dispute.created", dispute("needs_response")))
	closed := func(id string) string { return string(posted(id, "charge.dispute.closed", dispute("won"))) }
	rig.Post([]byte(strings.Replace(closed("evt_2"), `"livemode"`, `"account":"acct_1","livemode"`, 1)))
	rig.Post([]byte(strings.Replace(closed("evt_3"), `"livemode":true`, `"livemode":false`, 1)))
	for scope, want := range map[event.Scope]int{live: 1, {Livemode: true, Account: "acct_1"}: 0, {}: 0} {
		if holds, err := fraud.Check(t.Context(), rig.Store, rule, scope, "pi_1"); err != nil || len(holds) != want {
			t.Errorf("%s: holds are %+v, %v, want %d", scope.Text(), holds, err, want)
		}
		rig.Scope = scope
		if !rig.State(fraud.Table, fraud.Kind, "pi_1", &fraud.Order{}) {
			t.Errorf("%s: no row was written", scope.Text())
		}
	}
}

func TestFailuresOfOneCardAreCountedByScope(t *testing.T) {
	rig := actiontest.New(t, flags)
	rig.Post(failed(1))
	rig.Post([]byte(strings.Replace(string(failed(2)), `"livemode"`, `"account":"acct_1","livemode"`, 1)))
	rig.Post([]byte(strings.Replace(string(failed(3)), `"livemode":true`, `"livemode":false`, 1)))
	for _, scope := range []event.Scope{live, {Livemode: true, Account: "acct_1"}, {}} {
		var row fraud.Source
		rig.Scope = scope
		if !rig.State(fraud.Table, "card", "fp_1", &row) || len(row.Failures) != 1 {
			t.Errorf("%s: %+v, want one failure", scope.Text(), row)
		}
	}
}

func TestManyFailuresHoldEveryOrderOfTheCardAndTheCustomer(t *testing.T) {
	rig := actiontest.New(t, flags)
	for n := 1; n <= 3; n++ {
		if d := rig.Post(failed(n)); d.State != event.Done {
			t.Fatalf("delivery is %s: %s", d.State, d.Error)
		}
		rig.Deliver(fmt.Sprintf("evt_%d", n))
	}
	for _, source := range []string{"card/fp_1", "customer/cus_1"} {
		var row fraud.Source
		kind, id := fraud.SourceKey(source)
		if !rig.State(fraud.Table, kind, id, &row) || len(row.Failures) != 3 {
			t.Errorf("%s is %+v, want three failures", source, row)
		}
	}
	holds, err := fraud.Check(t.Context(), rig.Store, rule, live, "pi_1")
	if err != nil || len(holds) != 1 || holds[0].Why != fraud.Failures {
		t.Errorf("holds of the first order are %+v, %v", holds, err)
	}
}

func TestAnEventThatHoldsNothingIsDoneWithTheReason(t *testing.T) {
	rig := actiontest.New(t, flags)
	for i, object := range []string{`{"id":"plink_1","object":"payment_link"}`, `{"id":"ch_1","object":"charge","status":"pending"}`, `{"id":"prv_1","object":"review"}`} {
		d := rig.Post(posted(fmt.Sprintf("evt_%d", i), "charge.updated", object))
		if d.State != event.Done || !strings.HasPrefix(d.Outcome, "skipped: ") {
			t.Errorf("%s: delivery is %s with outcome %q, want done with a reason", object, d.State, d.Outcome)
		}
	}
}

func TestAShapeThatCannotBeReadParksTheDeliveryAndNamesTheField(t *testing.T) {
	rig := actiontest.New(t, flags)
	d := rig.Post(posted("evt_1", "charge.dispute.created", strings.Replace(dispute("needs_response"), "1790600000", `"soon"`, 1)))
	if d.State != event.Parked || !strings.Contains(d.Error, "data.object.evidence_details.due_by") {
		t.Errorf("delivery is %s with error %q, want parked with the field's name", d.State, d.Error)
	}
}

func TestEverySampleEventIsDoneWithoutAnError(t *testing.T) {
	rig := actiontest.New(t, flags)
	for name, body := range stripetest.Samples() {
		if d := rig.Post(body); d.State != event.Done || d.Error != "" {
			t.Errorf("%s: delivery is %s: %s", name, d.State, d.Error)
		}
	}
}
