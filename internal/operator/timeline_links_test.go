package operator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
	"github.com/payhooks/payhooks/internal/stripetest"
)

type object = stripetest.Object

// subscribed is a desk with a subscription of three invoices, which are paid as different
// API versions report it, and with another payment of the customer.
func subscribed(t *testing.T) *operatortest.Desk {
	t.Helper()
	d := operatortest.New(t, time.Now, 0)
	since := object{"subscription_details": object{"subscription": "sub_1"}}
	l := stripetest.New(stripetest.Latest)
	for _, o := range []object{
		{"object": "subscription", "id": "sub_1", "customer": "cus_1"},
		{"object": "invoice", "id": "in_1", "customer": "cus_1", "parent": since},
		{"object": "invoice_payment", "id": "inpay_1", "invoice": "in_1", "payment": object{"type": "payment_intent", "payment_intent": "pi_1"}},
		{"object": "payment_intent", "id": "pi_1", "customer": "cus_1", "latest_charge": "ch_1"},
		{"object": "charge", "id": "ch_1", "customer": "cus_1", "payment_intent": "pi_1"},
		{"object": "dispute", "id": "dp_1", "charge": "ch_1"},
		{"object": "invoice", "id": "in_2", "customer": "cus_1", "parent": since},
		{"object": "invoice", "id": "in_3", "customer": "cus_1", "subscription": "sub_1", "payment_intent": "pi_3", "charge": object{"object": "charge", "id": "ch_3"}},
		{"object": "payment_intent", "id": "pi_3", "customer": "cus_1"},
		{"object": "payment_intent", "id": "pi_2", "customer": "cus_1", "metadata": object{"invoice": "in_1", "subscription": "sub_1"}},
		{"object": "refund", "id": "re_2", "payment_intent": "pi_2"},
		{"object": "checkout.session", "id": "cs_1", "customer": "cus_1", "subscription": "sub_1", "invoice": "in_1"},
		{"object": "payout", "id": "po_1"},
	} {
		l.Add(stripetest.Event{Type: fmt.Sprint(o["id"]), Object: o})
	}
	arrived(t, d, l)
	return d
}

func TestTimelineFollowsLinksUpToWhatWasAskedFor(t *testing.T) {
	d := subscribed(t)
	for id, want := range map[string]string{
		"pi_1": "in_1 inpay_1 pi_1 ch_1 dp_1",
		"ch_1": "in_1 inpay_1 pi_1 ch_1 dp_1",
		"dp_1": "in_1 inpay_1 pi_1 ch_1 dp_1",
		"in_1": "in_1 inpay_1 pi_1 ch_1 dp_1",
		"in_2": "in_2",
		"in_3": "in_3 pi_3",
		"pi_2": "pi_2 re_2",
		"re_2": "pi_2 re_2",
		"po_1": "po_1",
		// A checkout session that began the subscription comprises it.
		"sub_1": "sub_1 in_1 inpay_1 pi_1 ch_1 dp_1 in_2 in_3 pi_3 cs_1",
		"cs_1":  "sub_1 in_1 inpay_1 pi_1 ch_1 dp_1 in_2 in_3 pi_3 cs_1",
		"cus_1": "sub_1 in_1 inpay_1 pi_1 ch_1 dp_1 in_2 in_3 pi_3 pi_2 re_2 cs_1",
	} {
		if got := typesOf(course(t, d, operator.Timeline{ID: id})); got != want {
			t.Errorf("%s: %s, expected %s", id, got, want)
		}
	}
}

func TestTimelineFromAnEventIsThatOfItsObject(t *testing.T) {
	d := subscribed(t)
	for i, want := range map[int]string{
		2: "in_1 inpay_1 pi_1 ch_1 dp_1", 6: "in_1 inpay_1 pi_1 ch_1 dp_1", 7: "in_2", 11: "pi_2 re_2", 13: "po_1",
	} {
		id := fmt.Sprintf("evt_%03d", i)
		if got := typesOf(course(t, d, operator.Timeline{ID: id})); got != want {
			t.Errorf("%s: %s, expected %s", id, got, want)
		}
	}
}

func TestTimelineReadsAllEventsOnlyForWhatNoIndexHas(t *testing.T) {
	d := subscribed(t)
	for id, want := range map[string]bool{"pi_1": false, "sub_1": false, "cus_1": false, "evt_003": false, "pi_x": false, "po_1": false, "in_1": true, "re_2": true} {
		read := 0
		_, err := d.Timeline(t.Context(), operator.Timeline{ID: id, Limit: 9, Looked: func(n int) { read += n }})
		if (read > 0) != want || (err != nil) != (id == "pi_x") {
			t.Errorf("%s: %d events read, %v", id, read, err)
		}
	}
}

func TestTimelineSaysWhatItLeavesOut(t *testing.T) {
	d := operatortest.New(t, time.Now, 0)
	at := d.Now().Add(-24 * time.Hour)
	for i := range 1001 {
		f := event.Facts{ID: fmt.Sprintf("evt_%05d", i), Type: "charge.succeeded", Customer: "cus_1", Created: at.Add(time.Duration(i) * time.Second)}
		f.Object, f.Received = fmt.Sprintf("ch_%d", i/20), f.Created
		f.Subject = f.Object
		d.Put(f, at.AddDate(1, 0, 0), operatortest.Receipts)
	}
	c := course(t, d, operator.Timeline{ID: "cus_1", Limit: 5})
	notes := strings.Join(c.Notes, "\n")
	for _, want := range []string{"it has 1000 events, not the earlier ones", "links were followed to 50 payments", "1995 earlier lines are left out: --limit 2000 shows all"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q, expected %q", notes, want)
		}
	}
	if c.Events != 1000 || len(c.Moments) != 5 || c.Moments[4].Event != "evt_01000" {
		t.Errorf("%d events, %+v", c.Events, c.Moments)
	}
	if c := course(t, d, operator.Timeline{ID: "ch_3"}); len(c.Notes) > 0 || c.Events != 20 {
		t.Errorf("of one charge: %d events, %q", c.Events, c.Notes)
	}
}

func TestTimelineOfAThinEventHasItsFetch(t *testing.T) {
	d := linked(t)
	for _, id := range []string{"evt_test_65", "evt_1", "evt_1#payload"} {
		var states []string
		for _, m := range course(t, d, operator.Timeline{ID: id}).Moments {
			states = append(states, m.Event+" "+m.State+" "+m.Action)
			if m.State == "received" && !strings.Contains(m.Text, "thin as v1.charge.succeeded") {
				t.Errorf("%s: %q", id, m.Text)
			}
		}
		slices.Sort(states)
		if got := strings.Join(states, ", "); got != "evt_1 done fetch, evt_1 fetched , evt_1 pending send-receipt, evt_1 received " {
			t.Errorf("%s: %s", id, got)
		}
	}
}

func TestTimelineSaysWhyAnEventIsPending(t *testing.T) {
	d := operatortest.New(t, time.Now, 0)
	f := event.Facts{ID: "evt_1", Type: "charge.succeeded", Created: d.Now(), Received: d.Now(), Object: "ch_1", Subject: "ch_1"}
	d.Put(f, d.Now().AddDate(1, 0, 0))
	c := course(t, d, operator.Timeline{ID: "ch_1"})
	if len(c.Moments) != 2 || c.Moments[1].State != "pending" || !strings.HasPrefix(c.Moments[1].Text, "the bus does not have it yet") {
		t.Errorf("%+v", c.Moments)
	}
	if e, err := d.Show(t.Context(), "evt_1"); err != nil || !strings.HasPrefix(e.Reason, "the bus does not have it yet") {
		t.Errorf("shown with %+v, %v", e, err)
	}
}

func TestEventShowsWhySubscribersHaveNoRecord(t *testing.T) {
	d := operatortest.New(t, time.Now, 0, "a", "b")
	for id, age := range map[string]time.Duration{"evt_new": time.Minute, "evt_old": 16 * time.Minute} {
		at := d.Now().Add(-age)
		d.Put(event.Facts{ID: id, Type: "charge.succeeded", Created: at, Received: at}, at.AddDate(1, 0, 0), "a", "b", "removed")
		d.Deliver(id, "a", func(del *event.Delivery) { del.State = event.Done })
	}
	for id, want := range map[string]string{"evt_new": "its message is in the queue", "evt_old": "no attempt began in 15 minutes"} {
		e, err := d.Show(t.Context(), id)
		if err != nil || len(e.Unrecorded) != 2 || e.Unrecorded[0].Action != "b" || !strings.HasPrefix(string(e.Unrecorded[0].Why), want) ||
			e.Unrecorded[1].Action != "removed" || !strings.Contains(string(e.Unrecorded[1].Why), "no rule any more") {
			t.Errorf("%s: %+v, %v", id, e, err)
		}
	}
}
