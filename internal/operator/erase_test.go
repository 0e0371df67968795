package operator_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

func TestErasedDeliveriesSayNothingAndNoAttemptCommits(t *testing.T) {
	d := newErasing(t)
	for _, id := range []string{"evt_parked", "evt_done", "evt_fresh"} {
		charge(t, d, id, person, "pi_1")
	}
	d.Deliver("evt_parked", operatortest.Receipts, func(del *event.Delivery) {
		del.State, del.Error, del.History = event.Parked, "for Jenny", []event.Attempt{{Error: "for Jenny"}}
	})
	d.Deliver("evt_done", operatortest.Receipts, func(del *event.Delivery) {
		del.State, del.Outcome, del.Effects = event.Done, "mailed Jenny", []event.EffectOutcome{{Key: "receipt/pi_1", Why: "Jenny"}}
	})
	if r := eraseAll(t, d); r.Deliveries != 2 {
		t.Errorf("%+v", r)
	}
	for id, want := range map[string]event.State{"evt_parked": event.Discarded, "evt_done": event.Done, "evt_fresh": event.Discarded} {
		del := d.Record(id, operatortest.Receipts)
		if del.State != want || strings.Contains(fmt.Sprintf("%+v", del), "Jenny") || len(del.History)+len(del.Effects) > 0 {
			t.Errorf("%s: %+v", id, del)
		}
		err := d.Memory.Commit(t.Context(), event.Commit{Delivery: event.Delivery{Event: id, Action: operatortest.Receipts, State: event.Done, Owner: "late"}})
		if !errors.Is(err, event.ErrFenced) {
			t.Errorf("%s: an attempt that ran meanwhile commits: %v", id, err)
		}
	}
}

func TestEraseTakesResultsAndKeepsKeysOfEffects(t *testing.T) {
	d := newErasing(t)
	charge(t, d, "evt_1", person, "pi_1")
	ref := func(key string) event.EffectRef { return event.EffectRef{Action: operatortest.Receipts, Key: key} }
	now := d.Now()
	sent := event.Effect{EffectRef: ref("receipt/pi_1"), Owner: "a", Event: "evt_1", Lease: now.Add(time.Minute), Updated: now}
	read := event.Effect{EffectRef: ref("contact/" + person), Owner: "b", Event: "evt_expired", Result: json.RawMessage(`"jenny@example.com"`)}
	other := event.Effect{EffectRef: ref("contact/cus_Other"), Owner: "c", Event: "evt_other", Result: json.RawMessage(`"x"`)}
	if _, err := d.Memory.Intend(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	sent.State, sent.Result = event.EffectDone, json.RawMessage(`"jenny@example.com"`)
	if err := d.Memory.Resolve(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	for _, e := range []event.Effect{read, other} {
		if _, err := d.Memory.Remember(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if r := eraseAll(t, d); r.Effects != 2 {
		t.Errorf("%+v", r)
	}
	if e, err := d.Memory.Effect(t.Context(), sent.EffectRef); err != nil || e.State != event.EffectDone || string(e.Result) != "null" {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := d.Memory.Effect(t.Context(), read.EffectRef); !errors.Is(err, event.ErrNotFound) {
		t.Errorf("what was read is left: %v", err)
	}
	if e, err := d.Memory.Effect(t.Context(), other.EffectRef); err != nil || string(e.Result) != `"x"` {
		t.Errorf("another's: %+v, %v", e, err)
	}
}

func TestEraseLeavesOfRowsWhatTheEraserSays(t *testing.T) {
	d := newErasing(t)
	charge(t, d, "evt_1", person, "pi_1")
	rows := map[string]string{
		"test/own/order/pi_1": `{"amount":5,"name":"Jenny"}`, "test/own/order/pi_2": `{"amount":5,"name":"Ada"}`,
		"test/own/customer/" + person: `{"name":"Jenny"}`, "live/own/customer/" + person: `{"name":"Jenny"}`,
	}
	for key, data := range rows {
		if err := d.Memory.Write(t.Context(), event.Write{Table: "orders", Key: key, Data: json.RawMessage(data)}); err != nil {
			t.Fatal(err)
		}
	}
	if r := eraseAll(t, d); r.Rows != 3 || r.Kept != 0 {
		t.Errorf("%+v", r)
	}
	for key, want := range map[string]string{"test/own/order/pi_1": `{"amount":5}`, "test/own/order/pi_2": `{"amount":5,"name":"Ada"}`, "test/own/customer/" + person: "", "live/own/customer/" + person: ""} {
		row, err := d.Memory.Load(t.Context(), "orders", key)
		if err != nil || string(row.Data) != want {
			t.Errorf("%s is %s, %v, want %s", key, row.Data, err, want)
		}
	}
}

func TestEraseIsResumedAfterAFault(t *testing.T) {
	for _, op := range []string{"EraseItem", "EraseDelivery", "EraseEffect", "RemoveRow", "Write"} {
		d := newErasing(t)
		charge(t, d, "evt_1", person, "pi_1")
		charge(t, d, "evt_2", person, "pi_2")
		if _, err := d.Memory.Remember(t.Context(), event.Effect{EffectRef: event.EffectRef{Action: "a", Key: "k"}, Owner: "b", Event: "evt_1", Result: json.RawMessage(`1`)}); err != nil {
			t.Fatal(err)
		}
		if err := d.Memory.Write(t.Context(), event.Write{Table: "orders", Key: "test/own/customer/" + person, Data: json.RawMessage(`{"name":"Jenny"}`)}); err != nil {
			t.Fatal(err)
		}
		plan := planErase(t, d)
		d.Memory.Fault = func(o memory.Op) memory.Fault {
			if o.Name == op {
				return memory.Refuse(memory.ErrUnavailable)
			}
			return memory.Fault{}
		}
		if _, err := plan.Run(t.Context(), nil); err == nil {
			t.Errorf("%s: the run did not fail", op)
		}
		d.Memory.Fault = nil
		eraseAll(t, d)
		if nothingLeft(t, d); !isErased(t, d, "evt_1") || !isErased(t, d, "evt_2") {
			t.Errorf("%s: the events are left", op)
		}
	}
}

func TestErasureIsRecordedWithoutThePerson(t *testing.T) {
	d := newErasing(t)
	charge(t, d, "evt_1", person, "pi_1")
	eraseAll(t, d)
	charge(t, d, "evt_2", person, "pi_1")
	if r := eraseAll(t, d); len(r.Before) != 1 || r.Before[0].By != "ada: ticket 7" || r.Before[0].Events != 1 {
		t.Errorf("before: %+v", r.Before)
	}
	all, err := d.Erasures(t.Context(), "")
	if err != nil || len(all) != 2 || all[1].At.IsZero() {
		t.Errorf("%+v, %v", all, err)
	}
	for row, err := range d.Memory.Scan(t.Context(), "cursors") {
		if err != nil || strings.Contains(row.Key+string(row.Data), person) {
			t.Errorf("%s %s, %v", row.Key, row.Data, err)
		}
	}
}

func TestErasedEventIsNamedWhereItIsAskedFor(t *testing.T) {
	d := newErasing(t)
	charge(t, d, "evt_1", person, "pi_1")
	eraseAll(t, d)
	_, shown := d.Show(t.Context(), "evt_1")
	_, planned := d.PlanDiscard(t.Context(), operator.Discard{Deliveries: operator.Deliveries{Event: "evt_1"}})
	why, reopened := d.Reopen(t.Context(), event.DeliveryRef{Action: operatortest.Receipts, Event: "evt_1"}, true)
	for _, err := range []error{shown, planned} {
		if !errors.Is(err, event.ErrErased) || !strings.Contains(err.Error(), "evt_1 was erased on 20") {
			t.Errorf("%v", err)
		}
	}
	if reopened != nil || why != operator.ReasonErased {
		t.Errorf("reopened: %s, %v", why, reopened)
	}
}

// postbox is a mailbox in memory.
type postbox struct{ left []json.RawMessage }

func (p *postbox) Messages(context.Context) ([]json.RawMessage, error) {
	return slices.Clone(p.left), nil
}

func (p *postbox) Remove(_ context.Context, messages []json.RawMessage) error {
	p.left = slices.DeleteFunc(p.left, func(m json.RawMessage) bool {
		return slices.ContainsFunc(messages, func(o json.RawMessage) bool { return string(m) == string(o) })
	})
	return nil
}

func TestEraseTakesMessagesThatNameEventsPaymentsOrAddressesAsAWhole(t *testing.T) {
	theirs := []string{
		`{"event":"evt_1","to":"x@example.com"}`, `{"to":"jenny@example.com"}`, `{"text":"To jenny@example.com."}`,
		`{"message":"order pi_1 is on hold"}`, `{"message":"pi_12, pi_1"}`, `{"message":"one customer: cus_Person"}`,
	}
	others := []string{
		`{"event":"evt_12"}`, `{"to":"old-jenny@example.com"}`, `{"to":"jenny@example.community"}`,
		`{"message":"order pi_12 is on hold"}`, `{"message":"order api_1 is on hold"}`, `{}`,
	}
	box := &postbox{}
	for _, m := range append(slices.Clone(theirs), others...) {
		box.left = append(box.left, json.RawMessage(m))
	}
	d := newErasing(t)
	d.Mailbox = box
	charge(t, d, "evt_1", person, "pi_1")
	r := eraseAll(t, d)
	var left []string
	for _, m := range box.left {
		left = append(left, string(m))
	}
	if r.Mails != len(theirs) || !slices.Equal(left, others) {
		t.Errorf("%d removed, left %s", r.Mails, left)
	}
}

func TestEraseRefusesWhatIsNoCustomer(t *testing.T) {
	d := newErasing(t)
	for _, id := range []string{"", "cus_", "pi_1", "cus_a b", "cus_*"} {
		if _, err := d.PlanErase(t.Context(), operator.Erase{Customer: id}, nil); !errors.Is(err, event.ErrInvalid) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestEraseCountsWhatItCannotRead(t *testing.T) {
	d := newErasing(t)
	charge(t, d, "evt_1", person, "pi_1")
	d.Erasure = unreadable{d.Memory}
	plan, err := d.PlanErase(t.Context(), operator.Erase{Customer: person}, nil)
	if err != nil || plan.Unreadable == nil || strings.Count(plan.Unreadable.Error(), "torn") != operator.SampleSize || !strings.HasPrefix(plan.Unreadable.Error(), "1001 records") {
		t.Fatal(err, plan.Unreadable)
	}
	if _, err := plan.Run(t.Context(), nil); err != nil || !isErased(t, d, "evt_1") {
		t.Errorf("what can be read is not erased: %v", err)
	}
}

// unreadable is a store with records that are torn.
type unreadable struct{ *memory.Store }

func (u unreadable) Items(ctx context.Context, after string) (page []event.Stored, next string, err error) {
	page, next, err = u.Store.Items(ctx, after)
	torn := make([]error, 1000)
	for i := range torn {
		torn[i] = fmt.Errorf("torn: %w", event.ErrInvalid)
	}
	return page, next, errors.Join(append(torn, err)...)
}

func (u unreadable) Records(ctx context.Context, after string) (ds []event.Delivery, es []event.Effect, next string, err error) {
	ds, es, next, err = u.Store.Records(ctx, after)
	return ds, es, next, errors.Join(err, fmt.Errorf("torn: %w", event.ErrInvalid))
}
