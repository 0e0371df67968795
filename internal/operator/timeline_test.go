package operator_test

import (
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
	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// arrived stores events as they are posted, a second after each other, and publishes them.
func arrived(t *testing.T, d *operatortest.Desk, l *stripetest.Life) {
	t.Helper()
	began := d.Now().Add(-time.Hour)
	for i, e := range l.Events {
		arrive(t, d, e.Body(), began.Add(time.Duration(i)*time.Second))
	}
}

func arrive(t *testing.T, d *operatortest.Desk, body []byte, at time.Time) event.Facts {
	t.Helper()
	f, reason := webhook.Parse(body)
	f.Received, f.Endpoint = at, "default"
	_, err := d.Memory.Put(t.Context(), event.Event{Facts: f, Body: body}, at.AddDate(1, 0, 0))
	if err == nil {
		err = d.Memory.MarkPublished(t.Context(), f.ID, []string{operatortest.Receipts})
	}
	if err != nil || reason != "" {
		t.Fatal(err, reason)
	}
	return f
}

func course(t *testing.T, d *operatortest.Desk, req operator.Timeline) *operator.Course {
	t.Helper()
	if req.Limit == 0 {
		req.Limit = 1000
	}
	c, err := d.Timeline(t.Context(), req)
	if err != nil || c.Unreadable != nil {
		t.Fatal(err, c)
	}
	if !slices.IsSortedFunc(c.Moments, func(a, b operator.Moment) int { return a.At.Compare(b.At) }) {
		t.Errorf("not in the order of time: %+v", c.Moments)
	}
	return c
}

// typesOf are the types of the events that a timeline has, in the order of their receipt.
func typesOf(c *operator.Course) string {
	var types []string
	for _, m := range c.Moments {
		if m.State == "received" {
			types = append(types, m.Type)
		}
	}
	return strings.Join(types, " ")
}

// disputed is a desk with one payment, refunded in part and disputed, and another one.
func disputed(t *testing.T, version string) *operatortest.Desk {
	t.Helper()
	d := operatortest.New(t, time.Now, 0)
	l := stripetest.New(stripetest.Latest)
	if version == "older" {
		l.Version = stripetest.Older
	}
	l.Payment(stripetest.Payment{ID: "pi_a", Charge: "ch_a", Session: "cs_a"}).Create().Pay().Checkout("completed", "complete", "paid").Refund("re_a", 300).Dispute("created", "dp_a", 700, "needs_response")
	l.Customer = "cus_2"
	l.Payment(stripetest.Payment{ID: "pi_b", Charge: "ch_b"}).Pay()
	arrived(t, d, l)
	return d
}

func TestTimelineOfAPaymentIsTheSameFromAnyOfItsIDs(t *testing.T) {
	for _, version := range []string{"older", "latest"} {
		d := disputed(t, version)
		whole := typesOf(course(t, d, operator.Timeline{ID: "pi_a"}))
		for _, part := range []string{"payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed", "charge.refunded", "charge.dispute.created"} {
			if strings.Count(whole, part) != 1 {
				t.Errorf("%s: %q is not once in %q", version, part, whole)
			}
		}
		for _, id := range []string{"ch_a", "cs_a", "dp_a", "cus_1", "evt_001", "evt_004"} {
			if got := typesOf(course(t, d, operator.Timeline{ID: id})); got != whole {
				t.Errorf("%s, %s: %q, expected %q", version, id, got, whole)
			}
		}
	}
}

func TestTimelineSaysWhatEachActionDid(t *testing.T) {
	d := disputed(t, "latest")
	now := d.Now()
	ends := map[string]func(*event.Delivery){
		"evt_006": func(del *event.Delivery) { del.State = event.Done },
		"evt_001": func(del *event.Delivery) {
			del.State, del.Outcome = event.Done, "sent receipt"
			del.Effects = []event.EffectOutcome{{Key: "receipt/pi_a", State: "done"}, {Key: "sms/pi_a", State: "withheld", Why: "too old"}}
		},
		"evt_002": func(del *event.Delivery) {
			del.Record(event.Attempt{At: now.Add(-time.Minute), Error: "timeout"})
			del.Record(event.Attempt{At: now, Error: "rejected"})
			del.Attempts, del.State, del.Error = 2, event.Parked, "rejected"
		},
		"evt_003": func(del *event.Delivery) { del.State, del.Next = event.Waiting, now.Add(time.Hour) },
		"evt_004": func(del *event.Delivery) {
			del.State, del.Error, del.Effect = event.Unknown, "reply lost", "refund/re_a"
		},
	}
	for id, end := range ends {
		first := now.Add(-2 * time.Minute)
		d.Deliver(id, operatortest.Receipts, func(del *event.Delivery) { del.First = first; end(del) })
	}
	if err := d.Memory.Discard(t.Context(), event.DeliveryRef{Action: operatortest.Receipts, Event: "evt_004"}, now, "ada: refunded by hand"); err != nil {
		t.Fatal(err)
	}
	of := map[string][]string{}
	for _, m := range course(t, d, operator.Timeline{ID: "pi_a"}).Moments {
		if m.Action == operatortest.Receipts {
			of[m.Event] = append(of[m.Event], m.State+": "+m.Text)
		}
	}
	for id, want := range map[string][]string{
		"evt_001": {"done: sent receipt; effect receipt/pi_a done; effect sms/pi_a withheld (too old)"},
		"evt_002": {"began: first attempt", "failed: timeout", "parked: rejected"},
		"evt_003": {"began: first attempt", "waiting: next attempt at " + now.Add(time.Hour).UTC().Format(time.DateTime)},
		"evt_004": {"began: first attempt", "discarded: discarded by ada: refunded by hand"},
		"evt_006": {"done: done"},
		"evt_005": {"pending: no attempt began in 15 minutes: reconcile records and redelivers it; payhooks reconcile does that now"},
	} {
		if !slices.Equal(of[id], want) {
			t.Errorf("%s: %q, expected %q", id, of[id], want)
		}
	}
}

func TestTimelineSaysHowAnEventCameAndWhatItIsAbout(t *testing.T) {
	d := disputed(t, "latest")
	for minor, amount := range map[bool]string{false: "10.00 USD", true: "1000 usd"} {
		all := course(t, d, operator.Timeline{ID: "pi_a", Minor: minor}).Moments
		m := all[slices.IndexFunc(all, func(m operator.Moment) bool { return m.Type == "charge.succeeded" })]
		want := "posted to default, API version " + string(stripetest.Latest) + ", charge ch_a, " + amount + ", succeeded, created "
		if m.State != "received" || !strings.HasPrefix(m.Text, want) || !m.Livemode {
			t.Errorf("%+v, expected %q", m, want)
		}
	}
}

func TestTimelineHasTheQuarantinedRequestsThatNameThePayment(t *testing.T) {
	d := disputed(t, "latest")
	for id, body := range map[string]string{"evt_held": `{"data":{"object":{"payment_intent":"pi_a"}}}`, "evt_other": `{"x":"pi_abc"}`, "evt_001": "{}"} {
		if err := d.Quarantine.Put(t.Context(), event.Quarantined{Endpoint: "connect", ID: id, Reason: "wrong_mode", Received: d.Now(), Body: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	var held []string
	for _, m := range course(t, d, operator.Timeline{ID: "pi_a"}).Moments {
		if m.State == "quarantined" {
			held = append(held, m.Event)
		}
	}
	slices.Sort(held)
	if !slices.Equal(held, []string{"evt_001", "evt_held"}) {
		t.Errorf("quarantined: %v", held)
	}
	if c := course(t, d, operator.Timeline{ID: "evt_other"}); len(c.Moments) != 1 || !strings.Contains(c.Moments[0].Text, "posted to connect, quarantined: wrong_mode") {
		t.Errorf("one that is only quarantined: %+v", c.Moments)
	}
}

func TestTimelineOfAnErasedEventIsOneLine(t *testing.T) {
	d := disputed(t, "latest")
	s, err := d.Memory.Get(t.Context(), "evt_001")
	if err == nil {
		err = d.Memory.EraseItem(t.Context(), s, d.Now())
	}
	if err != nil {
		t.Fatal(err)
	}
	if c := course(t, d, operator.Timeline{ID: "evt_001"}); len(c.Moments) != 1 || c.Moments[0].State != "erased" {
		t.Errorf("%+v", c.Moments)
	}
	if got := typesOf(course(t, d, operator.Timeline{ID: "pi_a"})); strings.Contains(got, "payment_intent.created") {
		t.Errorf("the payment's has it: %s", got)
	}
}

func TestTimelineKeepsScopesApart(t *testing.T) {
	d := operatortest.New(t, time.Now, 0)
	for i, s := range []event.Scope{{Livemode: true}, {}, {Account: "acct_1"}} {
		l := stripetest.New(stripetest.Latest)
		l.Scope, l.NewID = s, func(string) string { return fmt.Sprintf("evt_%d", i) }
		l.Payment(stripetest.Payment{ID: "pi_a", Charge: "ch_a", Session: "cs_a"}).SendIntent("succeeded", "succeeded", nil)
		arrived(t, d, l)
	}
	for name, c := range map[string]struct {
		req  operator.Timeline
		want []string
	}{
		"all":     {operator.Timeline{ID: "pi_a"}, []string{"evt_0", "evt_1", "evt_2"}},
		"live":    {operator.Timeline{ID: "pi_a", Scope: func(s event.Scope) bool { return s.Livemode }}, []string{"evt_0"}},
		"account": {operator.Timeline{ID: "pi_a", Scope: func(s event.Scope) bool { return s.Account == "acct_1" }, Scopes: []event.Scope{{Account: "acct_1"}}}, []string{"evt_2"}},
	} {
		var got []string
		for _, m := range course(t, d, c.req).Moments {
			if m.State == "received" {
				got = append(got, m.Event)
			}
		}
		if slices.Sort(got); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, expected %v", name, got, c.want)
		}
	}
}

func TestTimelineOfNothingSaysWhatToDo(t *testing.T) {
	d := disputed(t, "latest")
	for _, id := range []string{"pi_x", "in_x", "cus_x", "evt_x", "x"} {
		if _, err := d.Timeline(t.Context(), operator.Timeline{ID: id, Limit: 1}); !errors.Is(err, event.ErrNotFound) || !strings.Contains(err.Error(), "nothing about "+id+" in stack memory: payhooks events list") {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestTimelineIsAnErrorWhereTheStoreFails(t *testing.T) {
	for _, call := range []string{"Related", "Get", "Deliveries", "Received", "ByCustomer"} {
		d := disputed(t, "latest")
		d.Memory.Fault = func(op memory.Op) memory.Fault {
			if op.Name == call {
				return memory.Fault{Before: func() error { return errors.New("unavailable") }}
			}
			return memory.Fault{}
		}
		id := map[string]string{"Received": "re_x", "ByCustomer": "cus_1"}[call]
		if id == "" {
			id = "pi_a"
		}
		if c, err := d.Timeline(t.Context(), operator.Timeline{ID: id, Limit: 9}); err == nil || errors.Is(err, event.ErrNotFound) {
			t.Errorf("%s: %+v, %v", call, c, err)
		}
	}
}
