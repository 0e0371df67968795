package operator_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

func TestWrongResultIsCorrectedUntilTheDeliveryCommits(t *testing.T) {
	d := wrongly(t)
	x, err := d.Explain(t.Context(), receiptOf)
	if err != nil || !strings.Contains(x.Advice, "--effect "+parcel+" --happened --result JSON") {
		t.Errorf("%+v, %v; want how to correct it", x, err)
	}
	if done, err := d.Resolve(t.Context(), happened(`{"id":"p_2"}`)); err != nil || done.Key != parcel {
		t.Fatalf("%+v, %v", done, err)
	}
	e, err := d.Memory.Effect(t.Context(), event.EffectRef{Action: operatortest.Receipts, Key: parcel})
	if err != nil || string(e.Result) != `{"id":"p_2"}` || d.Sent.Of(receiptOf.Action)[receiptOf.Event] != 2 || d.Record(receiptOf.Event, receiptOf.Action).State != event.Waiting {
		t.Errorf("%+v, %v, sent %v; want the new result, sent once more", e, err, d.Sent.Times())
	}
	again := happened(`{"id":"p_3"}`)
	if again.Key = parcel; errOf(d.Resolve(t.Context(), again)) != nil {
		t.Error("a waiting one cannot be corrected by the key of its effect")
	}
	d.Deliver(receiptOf.Event, receiptOf.Action, func(d *event.Delivery) { d.State, d.Committed = event.Done, true })
	again.Result = json.RawMessage(`{"id":"p_4"}`)
	if err := errOf(d.Resolve(t.Context(), again)); err == nil || !strings.Contains(err.Error(), "is done, not unknown") {
		t.Errorf("after it is done: %v", err)
	}
}

// wrongly is a delivery that parked after an operator recorded a wrong result.
func wrongly(t *testing.T) *operatortest.Desk {
	t.Helper()
	d := operatortest.New(t, time.Now, 1)
	effect(t, d, receiptOf.Event, parcel, event.EffectUnknown, "")
	d.Deliver(receiptOf.Event, receiptOf.Action, unknownAt(parcel, "no answer"))
	if _, err := d.Resolve(t.Context(), happened(`"wrong"`)); err != nil {
		t.Fatal(err)
	}
	d.Deliver(receiptOf.Event, receiptOf.Action, parkedAfter(parcel))
	return d
}

func errOf(_ operator.Resolved, err error) error { return err }

func TestCorrectionThatIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		says string
		prep func(*testing.T, *operatortest.Desk)
		key  string
	}{
		"committed": {"has committed its changes", func(_ *testing.T, d *operatortest.Desk) {
			d.Memory.Fault = nil
			reparked(t, d, func(d *event.Delivery) { parkedAfter(parcel)(d); d.Committed = true })
		}, ""},
		"running": {"is running", func(t *testing.T, d *operatortest.Desk) {
			retryNow(t, d)
			claim(t, d)
		}, ""},
		"recorded by the action meanwhile": {"no operator recorded", func(t *testing.T, d *operatortest.Desk) {
			late(t, d, `{"id":"p_1"}`)
		}, ""},
		"began just now": {"began just now; try again", func(t *testing.T, d *operatortest.Desk) {
			retryNow(t, d)
			during(d, "Reopen", func() { claim(t, d) })
		}, parcel},
		"recorded by the action just now": {"changed just now", func(t *testing.T, d *operatortest.Desk) {
			during(d, "Reopen", func() { late(t, d, `{"id":"p_1"}`) })
		}, ""},
		"two of them": {"add --effect KEY", func(t *testing.T, d *operatortest.Desk) {
			e := effect(t, d, receiptOf.Event, "label/pi_1", event.EffectUnknown, "")
			e.State, e.Result, e.ByOperator = event.EffectDone, event.NoResult, true
			if err := d.Memory.Resolve(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			reparked(t, d, parkedAfter(parcel, "label/pi_1"))
		}, ""},
		"of another event": {"no operator recorded", func(t *testing.T, d *operatortest.Desk) {
			e := effect(t, d, "evt_other", "label/pi_1", event.EffectUnknown, "")
			e.State, e.Result, e.ByOperator = event.EffectDone, event.NoResult, true
			if err := d.Memory.Resolve(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			reparked(t, d, parkedAfter("label/pi_1"))
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := wrongly(t)
			c.prep(t, d)
			sent := d.Sent.Of(receiptOf.Action)[receiptOf.Event]
			r := happened(`{"id":"p_2"}`)
			r.Key = c.key
			if err := errOf(d.Resolve(t.Context(), r)); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %q", err, c.says)
			}
			e, err := d.Memory.Effect(t.Context(), event.EffectRef{Action: operatortest.Receipts, Key: parcel})
			if err != nil || string(e.Result) == `{"id":"p_2"}` || d.Sent.Of(receiptOf.Action)[receiptOf.Event] != sent {
				t.Errorf("%+v, %v; want nothing corrected or sent", e, err)
			}
		})
	}
}

func TestCorrectionReportsAnAttemptThatMayHaveUsedTheOldResult(t *testing.T) {
	d := wrongly(t)
	during(d, "Resolve", func() { claim(t, d) })
	if err := errOf(d.Resolve(t.Context(), happened(`{"id":"p_2"}`))); err == nil || !strings.Contains(err.Error(), "may have used the result before") {
		t.Errorf("%v", err)
	}
}

// during runs fn before the next call of this name.
func during(d *operatortest.Desk, name string, fn func()) {
	d.Memory.Fault = func(op memory.Op) memory.Fault {
		if op.Name == name {
			d.Memory.Fault = nil
			fn()
		}
		return memory.Fault{}
	}
}

func claim(t *testing.T, d *operatortest.Desk) {
	t.Helper()
	now := d.Now()
	if _, err := d.Memory.Claim(t.Context(), event.Claim{DeliveryRef: receiptOf, Owner: "b", Now: now, Lease: now.Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
}

func retryNow(t *testing.T, d *operatortest.Desk) {
	t.Helper()
	if why, err := d.Reopen(t.Context(), receiptOf, false); err != nil || why != "" {
		t.Fatal(why, err)
	}
}

func reparked(t *testing.T, d *operatortest.Desk, end func(*event.Delivery)) {
	t.Helper()
	retryNow(t, d)
	d.Deliver(receiptOf.Event, receiptOf.Action, end)
}

// late is the attempt that got no answer and learns of it after all.
func late(t *testing.T, d *operatortest.Desk, result string) {
	t.Helper()
	e := event.Effect{EffectRef: event.EffectRef{Action: operatortest.Receipts, Key: parcel}, State: event.EffectDone, Owner: "a", Result: json.RawMessage(result)}
	if err := d.Memory.Resolve(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}
