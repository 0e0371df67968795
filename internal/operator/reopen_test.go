package operator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// receiptOf is the delivery of the first event of a desk.
var receiptOf = event.DeliveryRef{Action: operatortest.Receipts, Event: "evt_00000"}

func TestRetryWithoutARuleIsSkipped(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	d.Deliver(receiptOf.Event, receiptOf.Action, states["parked"])
	d.Bus = &memory.Bus{}
	if why, err := d.Reopen(t.Context(), receiptOf, false); err != nil || why != operator.ReasonNoRule {
		t.Errorf("%q, %v; want it skipped: no rule", why, err)
	}
	if s := d.Record(receiptOf.Event, receiptOf.Action).State; s != event.Parked {
		t.Errorf("it is %s, want it still parked", s)
	}
}

func TestRetryOfWhatIsDoneByNowIsSkipped(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	d.Deliver(receiptOf.Event, receiptOf.Action, states["done"])
	if why, err := d.Reopen(t.Context(), receiptOf, false); err != nil || why != operator.ReasonMoved {
		t.Errorf("%q, %v; want it skipped: no longer parked", why, err)
	}
}

func TestRetryThatLosesAgainstAnAttemptIsRepeated(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	d.Deliver(receiptOf.Event, receiptOf.Action, states["parked"])
	lost := 0
	d.Memory.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Reopen" && lost < 2 {
			lost++
			return memory.Refuse(event.ErrConflict)
		}
		return memory.Fault{}
	}
	if why, err := d.Reopen(t.Context(), receiptOf, false); err != nil || why != "" || d.Sent.Of(receiptOf.Action)[receiptOf.Event] != 1 {
		t.Errorf("%q, %v, sent %v; want it sent", why, err, d.Sent.Times())
	}
}

func TestResolveOfDoneEffectThatDidNotHappenFails(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	e := event.Effect{EffectRef: event.EffectRef{Action: receiptOf.Action, Key: "receipt/pi_1"}, State: event.EffectIntended, Owner: "a", Event: "evt_1"}
	if _, err := d.Memory.Intend(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if e.State = event.EffectDone; d.Memory.Resolve(t.Context(), e) != nil {
		t.Fatal("the effect is not done")
	}
	d.Deliver(receiptOf.Event, receiptOf.Action, states["unknown"])
	_, err := d.Resolve(t.Context(), operator.Resolution{DeliveryRef: receiptOf})
	if err == nil || !strings.Contains(err.Error(), "already recorded as done; only --happened") {
		t.Errorf("%v, want it refused as done", err)
	}
}

func TestReleaseOfWrongModeNeedsItsOverride(t *testing.T) {
	d := operatortest.New(t, time.Now, 0)
	body := `{"id":"evt_1","object":"event","api_version":"2023-10-16","created":1763800000,"livemode":false,"type":"charge.succeeded","data":{"object":{"id":"ch_1","object":"charge"}}}`
	for _, reason := range []string{"wrong_mode", "unexpected_account", "foreign_source", "detail_type"} {
		q := event.Quarantined{Endpoint: "default", ID: "evt_1", Reason: reason, Body: []byte(body)}
		if _, err := d.PlanRelease(q, false); err == nil || !strings.Contains(err.Error(), "--override") {
			t.Errorf("%s without override: %v", reason, err)
		}
		if f, err := d.PlanRelease(q, true); err != nil || f.ID != "evt_1" {
			t.Errorf("%s with override: %+v, %v", reason, f, err)
		}
	}
}
