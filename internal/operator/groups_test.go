package operator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

func TestReasonsOfOneCauseHaveOneGroup(t *testing.T) {
	for reason, want := range map[string]string{
		"": "",
		"receipt/pi_3Nx1: outcome unknown: no answer from SES":    "receipt/pi_…: outcome unknown: no answer from SES",
		"no customer cus_NffrFeUfNVHiGx in cs_test_a1b2":          "no customer cus_… in cs_test_…",
		"Stripe answered 401 to req_Q8wX1: card_declined":         "Stripe answered 401 to req_…: card_declined",
		"waited 12.5 s until 2026-11-22T10:30:00.123Z":            "waited … s until …",
		"rendered in 2023-10-16, the action reads v76":            "rendered in 2023-10-16, the action reads v76",
		"dial tcp 127.0.0.1:8080: connection refused":             "dial tcp …: connection refused",
		"request 01A228D9D131 of order 7f3b2c1d-aa00-4b11 failed": "request … of order … failed",
		"send-receipt ships order A in eu-west-1":                 "send-receipt ships order A in eu-west-1",
		"row abc12345def has version 17":                          "row … has version …",
	} {
		if got := operator.ReasonGroup(reason); got != want || operator.ReasonGroup(got) != want {
			t.Errorf("%q is of group %q, want %q", reason, got, want)
		}
	}
}

func TestGroupsCountItemsOfOneActionStateAndReason(t *testing.T) {
	at := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	item := func(id, action, state, reason string, minute int) operator.Item {
		return operator.Item{Event: id, Action: action, State: state, Reason: reason, Since: at.Add(time.Duration(minute) * time.Minute)}
	}
	got := operator.Groups([]operator.Item{
		item("evt_0", "ship", "parked", "no stock", 0),
		item("evt_1", "mail", "parked", "no answer for pi_11", 5),
		item("evt_2", "mail", "parked", "no answer for pi_12", 2),
		item("evt_3", "mail", "unknown", "no answer for pi_13", 3),
		item("evt_4", "ship", "parked", "no answer for pi_14", 4),
		item("evt_5", "mail", "parked", "no answer for pi_15", 9),
	})
	if len(got) != 4 || got[0] != (operator.Group{"mail", "parked", "no answer for pi_…", 3, at.Add(2 * time.Minute), at.Add(9 * time.Minute), "evt_2"}) {
		t.Fatalf("%+v", got)
	}
	for i, want := range []string{"evt_2", "evt_0", "evt_3", "evt_4"} {
		if got[i].Event != want {
			t.Errorf("group %d is %+v, want that of %s", i, got[i], want)
		}
	}
}

// outage is a desk with 30 effects of unknown outcome, every third for another reason.
func outage(t *testing.T) *operatortest.Desk {
	t.Helper()
	d := operatortest.New(t, time.Now, 30)
	for i := range 30 {
		key := "receipt/pi_" + fmtID(i)
		effect(t, d, fmtID(i), key, event.EffectUnknown, "")
		d.Deliver(fmtID(i), operatortest.Receipts, unknownAt(key, map[bool]string{true: "reset by peer", false: "no answer in 30 s"}[i%3 == 0]))
	}
	return d
}

func TestReasonSelectsItsGroup(t *testing.T) {
	d := outage(t)
	for text, n := range map[string]int{
		"": 30, "reset by peer": 10, "no answer in 12 s": 20, "receipt/pi_evt_00001: outcome unknown": 30,
		"receipt/pi_evt_…: outcome unknown: no an…": 20, "nothing": 0,
	} {
		items, err := d.Parked(t.Context(), operator.Deliveries{Reason: text})
		if err != nil || len(items) != n {
			t.Errorf("%q selects %d, %v; want %d", text, len(items), err, n)
		}
	}
	if _, err := d.Parked(t.Context(), operator.Deliveries{Action: "ship"}); err == nil || !strings.Contains(err.Error(), `no action "ship"`) {
		t.Errorf("an action that there is not: %v", err)
	}
	plan, err := d.PlanRetry(t.Context(), operator.Retry{Deliveries: operator.Deliveries{Reason: "reset"}})
	if err != nil || len(plan.Selected) != 0 {
		t.Errorf("a retry takes %d of what is unknown, %v", len(plan.Selected), err)
	}
}

func TestManyAreResolvedAfterADryRun(t *testing.T) {
	for answer, want := range map[bool]event.EffectState{true: event.EffectDone, false: event.EffectNotPerformed} {
		d := outage(t)
		plan, err := d.PlanResolve(t.Context(), operator.Resolutions{Deliveries: operator.Deliveries{Reason: "reset by peer"}, Happened: answer})
		if err != nil {
			t.Fatal(err)
		}
		if dry := plan.DryRun(); dry.Selected != 10 || len(dry.Sample) != operator.SampleSize || len(d.Sent.Times()) != 0 {
			t.Errorf("dry run: %+v, sent %v", dry, d.Sent.Times())
		}
		ended := plan.Selected[3]
		if err := d.Memory.Discard(t.Context(), ended.Ref(), d.Now(), "ada"); err != nil {
			t.Fatal(err)
		}
		r, err := plan.Run(t.Context(), operator.Pace{})
		if err != nil || r.Sent != 9 || len(r.Skipped) != 1 || r.Skipped[0].Event != ended.Event || len(d.Sent.Times()) != 9 {
			t.Errorf("%+v, %v; want nine sent, and %s skipped", r, err, ended.Event)
		}
		for _, x := range plan.Selected {
			e, err := d.Memory.Effect(t.Context(), event.EffectRef{Action: x.Action, Key: x.Effect})
			if err != nil || (e.State == want) != (x.Event != ended.Event) {
				t.Errorf("%+v, %v; want %s but for the one that ended", e, err, want)
			}
		}
	}
}

func TestRetryShowsTheAttemptsBefore(t *testing.T) {
	d := operatortest.New(t, time.Now, 1)
	d.Deliver(receiptOf.Event, receiptOf.Action, func(d *event.Delivery) {
		d.State, d.Error = event.Parked, "rejected"
		d.Record(event.Attempt{At: d.First, Error: d.Error})
	})
	before := d.Record(receiptOf.Event, receiptOf.Action)
	plan, err := d.PlanRetry(t.Context(), operator.Retry{})
	if err == nil {
		_, err = plan.Run(t.Context(), operator.Pace{})
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []func(){func() {}, func() { d.Deliver(receiptOf.Event, receiptOf.Action, states["done"]) }} {
		end()
		x, err := d.Explain(t.Context(), receiptOf)
		if err != nil || !x.First.Equal(before.First) || len(x.History) != 1 || x.History[0].Error != "rejected" || x.Attempts < 1 {
			t.Errorf("%+v, %v; want its first attempt and history", x, err)
		}
	}
}
