package operator_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// person is the customer whom the tests erase.
const person = "cus_Person"

// records is a table of one eraser: a row per payment, and one of the customer.
var records = operator.Eraser{
	Table: "orders",
	Rows: func(e facts.Event) []operator.RowName {
		if e.Charge == nil {
			return nil
		}
		return []operator.RowName{{Kind: "order", ID: e.Charge.PaymentIntent}}
	},
	Customer: func(id string) []operator.RowName { return []operator.RowName{{Kind: "customer", ID: id}} },
	Left: func(_ string, row json.RawMessage) (json.RawMessage, error) {
		var r map[string]any
		if err := json.Unmarshal(row, &r); err != nil || r["amount"] == nil {
			return nil, err
		}
		delete(r, "name")
		return json.Marshal(r)
	},
}

func newErasing(t *testing.T) *operatortest.Desk {
	t.Helper()
	d := operatortest.New(t, time.Now, 1)
	d.Erasers = []operator.Eraser{records}
	return d
}

// charge stores a published charge of the customer, or of nobody.
func charge(t *testing.T, d *operatortest.Desk, id, customer, intent string) {
	t.Helper()
	storeEvent(t, d, event.Facts{ID: id, Type: "charge.succeeded", Object: "ch_" + id, Subject: intent, Customer: customer},
		fmt.Sprintf(`{"id":%q,"data":{"object":{"object":"charge","id":"ch_%s","payment_intent":%q,"customer":%q,"receipt_email":"jenny@example.com"}}}`, id, id, intent, customer))
}

func storeEvent(t *testing.T, d *operatortest.Desk, f event.Facts, body string) {
	t.Helper()
	f.Created, f.Received = d.Now(), d.Now()
	_, err := d.Memory.Put(t.Context(), event.Event{Facts: f, Body: []byte(body)}, d.Now().AddDate(1, 0, 0))
	if err == nil {
		err = d.Memory.MarkPublished(t.Context(), f.ID, []string{operatortest.Receipts})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func planErase(t *testing.T, d *operatortest.Desk) *operator.ErasePlan {
	t.Helper()
	plan, err := d.PlanErase(t.Context(), operator.Erase{Customer: person, By: "ada: ticket 7"}, nil)
	if err != nil || plan.Unreadable != nil {
		t.Fatal(err, plan)
	}
	return plan
}

func eraseAll(t *testing.T, d *operatortest.Desk) operator.EraseResult {
	t.Helper()
	plan := planErase(t, d)
	dry, err := plan.DryRun(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := plan.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if dry.Recovery = r.Recovery; fmt.Sprint(dry) != fmt.Sprint(r) {
		t.Errorf("the dry run says %+v, the run %+v", dry, r)
	}
	return r
}

// nothingLeft: another erasure finds nothing.
func nothingLeft(t *testing.T, d *operatortest.Desk) {
	t.Helper()
	r, err := planErase(t, d).DryRun(t.Context())
	if err != nil || r.Events+r.Renderings+r.Quarantined+r.Deliveries+r.Effects+r.Rows > 0 {
		t.Errorf("left: %+v, %v", r, err)
	}
}

func isErased(t *testing.T, d *operatortest.Desk, id string) bool {
	t.Helper()
	s, err := d.Memory.Get(t.Context(), id)
	return errors.Is(err, event.ErrErased) && len(s.Body) == 0 && s.Customer+s.Subject+s.Object == ""
}

func TestEraseFindsEventsOfTheCustomerAndOfTheirPayments(t *testing.T) {
	d := newErasing(t)
	charge(t, d, "evt_theirs", person, "pi_1")
	charge(t, d, "evt_other", "cus_Other", "pi_2")
	storeEvent(t, d, event.Facts{ID: "evt_refund", Type: "refund.created", Object: "re_1", Subject: "pi_1"}, `{}`)
	storeEvent(t, d, event.Facts{ID: "evt_warning", Type: "radar.early_fraud_warning.created", Object: "issfr_1", Subject: "ch_evt_theirs"}, `{}`)
	storeEvent(t, d, event.Facts{ID: "evt_named", Type: "a.b"}, `{"url":"/v1/customers/cus_Person"}`)
	storeEvent(t, d, event.Facts{ID: "evt_longer", Type: "a.b"}, `{"url":"/v1/customers/cus_Person2"}`)
	storeEvent(t, d, event.Facts{ID: "evt_friend", Type: "a.b", Customer: "cus_Other"}, `{"referred_by":"cus_Person"}`)
	storeEvent(t, d, event.Facts{ID: "evt_guest", Type: "charge.succeeded", Object: "ch_9", Subject: "pi_9"}, `{"description":"for cus_Person","metadata":{"by":"cus_Person"}}`)
	storeEvent(t, d, event.Facts{ID: "evt_guest2", Type: "refund.created", Object: "re_9", Subject: "pi_9"}, `{}`)
	r := eraseAll(t, d)
	if r.Events != 4 || !slices.Equal(r.Others, []string{"evt_friend", "evt_guest"}) {
		t.Errorf("%+v", r)
	}
	for id, want := range map[string]bool{"evt_theirs": true, "evt_refund": true, "evt_warning": true, "evt_named": true, "evt_other": false, "evt_longer": false, "evt_friend": false, "evt_guest": false, "evt_guest2": false, "evt_00000": false} {
		if isErased(t, d, id) != want {
			t.Errorf("%s is erased: %t", id, !want)
		}
	}
	nothingLeft(t, d)
}

func TestEraseTakesEveryFormOfAnEvent(t *testing.T) {
	d := newErasing(t)
	charge(t, d, "evt_1", person, "pi_1")
	forms := []string{"evt_1#dahlia", "evt_1#payload", "evt_thin"}
	snapshot, err := d.Memory.Get(t.Context(), "evt_1")
	if err != nil {
		t.Fatal(err)
	}
	for _, release := range []string{"dahlia", "payload"} {
		if err := d.Memory.PutRendering(t.Context(), snapshot.Event, release, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	thin := event.Event{Facts: snapshot.Facts, Body: []byte(`{"related_object":{"id":"cus_Person"}}`)}
	thin.ID, thin.SentAs = "evt_thin", "v1.charge.succeeded"
	if _, err := d.Memory.Put(t.Context(), thin, time.Time{}); err != nil {
		t.Fatal(err)
	}
	stored, err := d.Memory.Get(t.Context(), "evt_thin")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Memory.Link(t.Context(), event.Link{Thin: stored, Event: event.Event{Facts: snapshot.Facts}}); err != nil {
		t.Fatal(err)
	}
	d.Deliver("evt_thin", event.Fetch, states["done"])
	r := eraseAll(t, d)
	if r.Events != 1 || r.Renderings != 3 {
		t.Errorf("%+v", r)
	}
	for _, id := range append(forms, "evt_1") {
		if !isErased(t, d, id) {
			t.Errorf("%s is left", id)
		}
	}
}

func TestEraseTakesQuarantinedRequestsThatNameTheCustomer(t *testing.T) {
	d := newErasing(t)
	for id, body := range map[string]string{"evt_bad": `{"customer":"cus_Person"}`, "sha256:aa": `{"customer":"cus_Person"}`, "evt_fine": `{"customer":"cus_Other"}`} {
		if err := d.Quarantine.Put(t.Context(), event.Quarantined{Endpoint: "default", ID: id, Reason: "no_id", Received: d.Now(), Body: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	if r := eraseAll(t, d); r.Quarantined != 2 {
		t.Errorf("%+v", r)
	}
	left, _, err := event.Collect(d.Quarantine.All(t.Context()))
	if err != nil || len(left) != 1 || left[0].ID != "evt_fine" {
		t.Errorf("left %+v, %v", left, err)
	}
	if !isErased(t, d, "evt_bad") {
		t.Error("the quarantined event would come back from Stripe's list")
	}
}
