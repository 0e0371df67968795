package operator_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

const granter = "grant-access"

func subscriptionEvent(id string) operator.Import {
	return operator.Import{Account: "acct_1", Body: fmt.Appendf(nil, `{"id":"evt_import_%s","object":"event","type":"customer.subscription.updated",
		"api_version":"2023-10-16","created":1790000000,"livemode":true,"data":{"object":{"id":"%s","object":"subscription","customer":"cus_1"}}}`, id, id)}
}

func imports(t *testing.T, d *operatortest.Desk) *operator.Imports {
	t.Helper()
	p, err := d.PlanImports(t.Context(), granter, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestImportReachesOneActionOnce(t *testing.T) {
	d := operatortest.New(t, time.Now, 0, granter, "notify-churn")
	for _, want := range []int{2, 0} {
		n, err := imports(t, d).Run(t.Context(), operator.Pace{}, []operator.Import{subscriptionEvent("sub_1"), subscriptionEvent("sub_2")})
		if err != nil || n != want {
			t.Errorf("%d stored, %v; want %d", n, err, want)
		}
	}
	s, err := d.Memory.Get(t.Context(), "evt_import_sub_1")
	if err != nil || s.Pending || s.Account != "acct_1" || s.Endpoint != event.EndpointImported || len(s.Subscribers) != 1 || s.Customer != "cus_1" {
		t.Errorf("%+v, %v", s, err)
	}
	if r, err := replay(t, d, lastHours(1)); err != nil || r.Selected != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := replay(t, d, operator.Replay{Events: operator.Events{From: time.Now().Add(-time.Hour), Action: "notify-churn"}}); err != nil || r.Selected != 0 {
		t.Errorf("%+v, %v; want nothing for an action that it was not imported for", r, err)
	}
	if got := d.Sent.Times(); len(got) != 2 || d.Sent.Of(granter)["evt_import_sub_1"] != 1 || d.Sent.Of(granter)["evt_import_sub_2"] != 1 {
		t.Errorf("sent %v, want each once to %s alone", got, granter)
	}
	if of, _, err := d.DeliveriesOf(t.Context(), []event.Stored{s}); err != nil || len(of[s.ID]) != 1 {
		t.Errorf("%v, %v", of, err)
	}
}

func TestImportThatStoppedAfterItStoredIsSentTheNextTime(t *testing.T) {
	d := operatortest.New(t, time.Now, 0, granter)
	d.Memory.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Ensure" {
			return memory.Refuse(memory.ErrUnavailable)
		}
		return memory.Fault{}
	}
	if n, err := imports(t, d).Run(t.Context(), operator.Pace{}, []operator.Import{subscriptionEvent("sub_1")}); !errors.Is(err, memory.ErrUnavailable) || n != 1 {
		t.Fatal(n, err)
	}
	d.Memory.Fault = nil
	if _, err := imports(t, d).Run(t.Context(), operator.Pace{}, []operator.Import{subscriptionEvent("sub_1")}); err != nil || d.Sent.Of(granter)["evt_import_sub_1"] != 1 {
		t.Errorf("%v, sent %v", err, d.Sent.Times())
	}
}

func TestImportForAnActionWithoutARuleIsRefused(t *testing.T) {
	d := operatortest.New(t, time.Now, 0, "notify-churn")
	if _, err := d.PlanImports(t.Context(), granter, time.Hour); err == nil {
		t.Error("there is no such action")
	}
}
