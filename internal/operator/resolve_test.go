package operator_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

const parcel = "parcel/pi_1"

// effect records an effect of the action for the event: as the action does, in this state.
func effect(t *testing.T, d *operatortest.Desk, id, key string, state event.EffectState, result string) event.Effect {
	t.Helper()
	e := event.Effect{EffectRef: event.EffectRef{Action: operatortest.Receipts, Key: key}, Owner: "a", Event: id}
	_, err := d.Memory.Intend(t.Context(), e)
	if e.State = state; err == nil {
		e.Result = json.RawMessage(result)
		err = d.Memory.Resolve(t.Context(), e)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// unknownAt is an attempt that ended with the outcome of the effect unknown.
func unknownAt(key, why string) func(*event.Delivery) {
	return func(d *event.Delivery) {
		d.State, d.Effect, d.Error = event.Unknown, key, key+": outcome unknown: "+why
		d.Record(event.Attempt{At: d.First, Error: d.Error})
	}
}

// parkedAfter is an attempt that used the effect and parked.
func parkedAfter(keys ...string) func(*event.Delivery) {
	return func(d *event.Delivery) {
		d.State, d.Error, d.Effects = event.Parked, "result of "+keys[0]+": no JSON", nil
		for _, key := range keys {
			d.Effects = append(d.Effects, event.EffectOutcome{Key: key, State: string(event.EffectDone)})
		}
	}
}

func happened(result string) operator.Resolution {
	return operator.Resolution{DeliveryRef: receiptOf, Happened: true, Result: json.RawMessage(result)}
}

func TestEffectThatHappenedNeedsItsResult(t *testing.T) {
	d := operatortest.New(t, time.Now, 3)
	effect(t, d, "evt_00002", "mail/pi_2", event.EffectDone, `"not of the kind"`)
	effect(t, d, "evt_00001", "parcel/pi_2", event.EffectDone, `{"id":"p_2"}`)
	d.Deliver("evt_00002", operatortest.Receipts, func(d *event.Delivery) { parkedAfter("mail/pi_2")(d); d.State = event.Done })
	d.Deliver("evt_00001", operatortest.Receipts, func(d *event.Delivery) { parkedAfter("parcel/pi_2")(d); d.State = event.Done })
	ref := effect(t, d, receiptOf.Event, parcel, event.EffectUnknown, "").EffectRef
	d.Deliver(receiptOf.Event, receiptOf.Action, unknownAt(parcel, "no answer"))
	_, err := d.Resolve(t.Context(), operator.Resolution{DeliveryRef: receiptOf, Happened: true})
	var needed *operator.ResultNeededError
	if !errors.As(err, &needed) || string(needed.Example) != `{"id":"p_2"}` {
		t.Fatalf("%v, want it refused with the result of another parcel", err)
	}
	for _, says := range []string{"--happened --result JSON   (for another event it was {\"id\":\"p_2\"})", "--happened --no-result"} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q does not name %q", err, says)
		}
	}
	if e, err := d.Memory.Effect(t.Context(), ref); err != nil || e.State != event.EffectUnknown || len(d.Sent.Times()) != 0 {
		t.Errorf("%+v, %v, sent %v; want nothing changed", e, err, d.Sent.Times())
	}
	if _, err := d.Resolve(t.Context(), happened(`{"id":"p_1"}`)); err != nil {
		t.Error(err)
	}
	if e, err := d.Memory.Effect(t.Context(), ref); err != nil || string(e.Result) != `{"id":"p_1"}` || !e.ByOperator {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestResultOfTheActionIsNotReplacedInAResolve(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	ref := effect(t, d, receiptOf.Event, parcel, event.EffectDone, `{"id":"p_1"}`).EffectRef
	d.Deliver(receiptOf.Event, receiptOf.Action, unknownAt(parcel, "record outcome: timeout"))
	if _, err := d.Resolve(t.Context(), happened(`{"id":"p_2"}`)); err == nil || !strings.Contains(err.Error(), "the result that the action got") {
		t.Errorf("%v", err)
	}
	if _, err := d.Resolve(t.Context(), operator.Resolution{DeliveryRef: receiptOf, Happened: true, NoResult: true}); err != nil {
		t.Error(err)
	}
	if e, err := d.Memory.Effect(t.Context(), ref); err != nil || string(e.Result) != `{"id":"p_1"}` {
		t.Errorf("%+v, %v; want the result of the action", e, err)
	}
}
