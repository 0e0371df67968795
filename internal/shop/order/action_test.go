package order_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/order"
	"github.com/payhooks/payhooks/internal/stripetest"
)

var succeeded = string(stripetest.Event{
	Type: "payment_intent.succeeded", Version: stripetest.Older, Scope: event.Scope{Livemode: true}, Created: time.Unix(1790000000, 0),
	Object: stripetest.Object{
		"id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount": 1200, "amount_received": 1200, "currency": "eur",
		"metadata": stripetest.Object{"order_id": "A-7"},
	},
}.Body())

// unlisted is a Stripe without an API key for it.
type unlisted struct{}

func (unlisted) Payments(context.Context, event.Scope, string) ([]facts.InvoicePayment, error) {
	return nil, event.ErrNotConfigured
}

// payments is a Stripe that lists these, and counts how often it was asked.
type payments struct {
	all   []facts.InvoicePayment
	asked *int
}

func (p payments) Payments(context.Context, event.Scope, string) ([]facts.InvoicePayment, error) {
	*p.asked++
	return p.all, nil
}

func TestInvoiceThatOnlyStripesListSaysWasPaidOutsideIsAnOrder(t *testing.T) {
	asked := 0
	rig := actiontest.New(t, order.Updater{Stripe: payments{[]facts.InvoicePayment{
		{PaymentRecord: "payrec_1", Status: "paid", AmountPaid: 700, Currency: "usd"},
		{PaymentIntent: "pi_1", Status: "paid", AmountPaid: 300, Currency: "usd"},
		{PaymentRecord: "payrec_2", Status: "open", AmountPaid: 0, Currency: "usd"},
	}, &asked}}.Update)
	body := stripetest.Event{Type: "invoice.paid", Version: "2025-04-30.basil", Object: stripetest.Object{
		"id": "in_1", "object": "invoice", "status": "paid", "total": 1000, "amount_due": 1000, "amount_paid": 1000, "currency": "usd",
	}}.Body()
	for range 2 {
		if d := rig.Post(body); d.State != event.Done {
			t.Fatalf("delivery is %s: %s", d.State, d.Error)
		}
	}
	var got order.Order
	if !rig.State(order.Table, order.Kind, "in_1", &got) || got.Status != order.Paid || got.Paid != 700 || got.Facts.Ties.Payments["pi_1"] == 0 {
		t.Errorf("order is %+v, want 700 paid and the tie to pi_1", got)
	}
	if asked != 1 {
		t.Errorf("Stripe was asked %d times, want once", asked)
	}
}

func TestAPaymentThatSucceededIsAPaidOrder(t *testing.T) {
	rig := actiontest.New(t, order.Updater{Stripe: unlisted{}}.Update)
	if d := rig.Post([]byte(succeeded)); d.State != event.Done {
		t.Fatalf("delivery is %s: %s", d.State, d.Error)
	}
	var got order.Order
	if !rig.State(order.Table, order.Kind, "pi_1", &got) {
		t.Fatal("no row was written")
	}
	want := order.Order{Order: "pi_1", Reference: "A-7", Status: order.Paid, Currency: "eur", Amount: 1200, Paid: 1200, Scope: event.Scope{Livemode: true}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(order.Order{}, "Facts")); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}

func TestAnEventThatIsAboutNoOrderIsDoneWithTheReason(t *testing.T) {
	rig := actiontest.New(t, order.Updater{Stripe: unlisted{}}.Update)
	d := rig.Post([]byte(strings.ReplaceAll(succeeded, `"object":"payment_intent"`, `"object":"payment_link"`)))
	if d.State != event.Done || d.Outcome == "" {
		t.Errorf("delivery is %s with outcome %q, want done with a reason", d.State, d.Outcome)
	}
}

func TestAShapeThatCannotBeReadParksTheDeliveryAndNamesTheField(t *testing.T) {
	rig := actiontest.New(t, order.Updater{Stripe: unlisted{}}.Update)
	d := rig.Post([]byte(strings.ReplaceAll(succeeded, `"amount_received":1200`, `"amount_received":"12.00"`)))
	if d.State != event.Parked || !strings.Contains(d.Error, "data.object.amount_received") {
		t.Errorf("delivery is %s with error %q, want parked with the field's name", d.State, d.Error)
	}
}

func TestOneIDInThreeScopesIsThreeOrders(t *testing.T) {
	rig := actiontest.New(t, order.Updater{Stripe: unlisted{}}.Update)
	rig.Post([]byte(succeeded))
	rig.Post([]byte(strings.NewReplacer(`"evt_1"`, `"evt_2","account":"acct_1"`, "1200", "700").Replace(succeeded)))
	rig.Post([]byte(strings.NewReplacer(`"evt_1"`, `"evt_3"`, `"livemode":true`, `"livemode":false`, "1200", "300").Replace(succeeded)))
	for scope, want := range map[event.Scope]int64{{Livemode: true}: 1200, {Livemode: true, Account: "acct_1"}: 700, {}: 300} {
		var got order.Order
		rig.Scope = scope
		if !rig.State(order.Table, order.Kind, "pi_1", &got) || got.Order != "pi_1" || got.Scope != scope || got.Paid != want {
			t.Errorf("%s is %+v, want pi_1 with %d paid", scope.Text(), got, want)
		}
	}
}

func TestEventsInAnyOrderAndTwiceKeepOneRow(t *testing.T) {
	created := strings.NewReplacer("evt_1", "evt_0", "payment_intent.succeeded", "payment_intent.created", `"status":"succeeded"`, `"status":"requires_payment_method"`,
		`"amount_received":1200`, `"amount_received":0`, "1790000000", "1789999990").Replace(succeeded)
	again := strings.ReplaceAll(succeeded, "evt_1", "evt_2")
	var rows []order.Order
	for _, sequence := range [][]string{{created, succeeded}, {succeeded, again, created}, {created, again, succeeded, created}} {
		rig := actiontest.New(t, order.Updater{Stripe: unlisted{}}.Update)
		for _, body := range sequence {
			rig.Post([]byte(body))
		}
		rig.Deliver("evt_0")
		var got order.Order
		if !rig.State(order.Table, order.Kind, "pi_1", &got) {
			t.Fatal("no row was written")
		}
		rows = append(rows, got)
	}
	for _, row := range rows[1:] {
		if diff := cmp.Diff(rows[0], row); diff != "" {
			t.Errorf("rows differ:\n%s", diff)
		}
	}
}

func TestEverySampleEventIsDoneWithoutAnError(t *testing.T) {
	rig := actiontest.New(t, order.Updater{Stripe: unlisted{}}.Update)
	for name, body := range stripetest.Samples() {
		if d := rig.Post(body); d.State != event.Done || d.Error != "" {
			t.Errorf("%s: delivery is %s: %s", name, d.State, d.Error)
		}
	}
}
