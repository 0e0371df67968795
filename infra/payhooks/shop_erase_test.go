package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
	shop "github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// Words that only the erased person has.
var personsWords = []string{"cus_erased", "jenny@example.com", "Jenny Rosen", "+15550100199", "ref-jenny"}

func personsCharge(refunded int) stripetest.Object {
	return stripetest.Object{
		"id": "ch_erased", "object": "charge", "payment_intent": "pi_erased", "status": "succeeded", "paid": true, "captured": true,
		"amount": 1000, "amount_captured": 1000, "amount_refunded": refunded, "currency": "usd", "created": time.Now().Unix(),
		"customer": "cus_erased", "metadata": stripetest.Object{"order_id": "ref-jenny"},
		"billing_details": stripetest.Object{"email": "jenny@example.com", "name": "Jenny Rosen", "phone": "+15550100199"},
	}
}

func personsEvents() map[string][]byte {
	subscription := stripetest.Object{
		"id": "sub_erased", "object": "subscription", "status": "active", "customer": "cus_erased", "description": "for Jenny Rosen",
		"items": stripetest.Object{"object": "list", "data": []any{}, "has_more": false},
	}
	refund := stripetest.Object{
		"id": "re_erased", "object": "refund", "payment_intent": "pi_erased", "charge": "ch_erased", "amount": 300, "currency": "usd",
		"status": "succeeded", "created": time.Now().Unix(), "instructions_email": "jenny@example.com",
	}
	other := stripetest.Event{ID: "evt_erased1", Type: "charge.succeeded", Version: stripetest.Latest, Created: time.Now(), Object: personsCharge(0)}
	return map[string][]byte{
		"evt_erased1":   eventOf("evt_erased1", "charge.succeeded", personsCharge(0), nil),
		"evt_erased1 2": other.Body(),
		"evt_erased2":   eventOf("evt_erased2", "customer.subscription.created", subscription, nil),
		"evt_erased3":   eventOf("evt_erased3", "refund.created", refund, nil),
		"evt_erased4":   []byte(`{"id":"evt_erased4","object":"event","customer":"cus_erased","data":"Jenny Rosen"}`), // quarantined
	}
}

func TestErasedPersonIsNowhereAndStaysAway(t *testing.T) {
	needsShop(t)
	c := startStack(t, "../..")
	post := func(body []byte) {
		t.Helper()
		if err := postSigned(t.Context(), c.Local.API+"/webhooks/default", demoSecret, body); err != nil {
			t.Fatal(err)
		}
	}
	idle := func() {
		t.Helper()
		if err := waitIdle(command(t), c, demo.Timeout); err != nil {
			t.Fatal(err)
		}
	}
	all := personsEvents()
	for _, name := range []string{"evt_erased1", "evt_erased1 2", "evt_erased2", "evt_erased3", "evt_erased4"} {
		post(all[name])
	}
	post(eventOf("evt_kept", "charge.succeeded", stripetest.Object{
		"id": "ch_kept", "object": "charge", "payment_intent": "pi_kept", "status": "succeeded", "paid": true, "captured": true, "amount": 700,
		"amount_captured": 700, "currency": "usd", "created": time.Now().Unix(), "customer": "cus_kept", "billing_details": stripetest.Object{"email": "ada@example.com"},
	}, nil))
	idle()
	if found := wherePersonal(t, c); len(found) < 4 {
		t.Fatalf("the person is only in %v", found)
	}

	var dry, done operator.EraseResult
	read := func(r ran) (got operator.EraseResult) {
		t.Helper()
		if err := json.Unmarshal([]byte(r.out), &got); err != nil || r.code != 0 {
			t.Fatal(r, err)
		}
		return got
	}
	dry = read(run(t, "erase", "--customer", "cus_erased", "--json"))
	done = read(run(t, "erase", "--customer", "cus_erased", "--reason", "ticket 7", "--yes", "--json"))
	if dry.Events != 3 || dry.Quarantined != 1 || dry.Mails < 2 || dry.Rows < 3 || dry.Events != done.Events || dry.Mails != done.Mails || dry.Rows != done.Rows {
		t.Errorf("dry run %+v, run %+v", dry, done)
	}
	if found := wherePersonal(t, c); len(found) > 0 {
		t.Errorf("the person is left in %v", found)
	}

	// Neither Stripe's retries nor its list bring the events back, and an event of the
	// same payment repeats no mail.
	for _, body := range all {
		post(body)
	}
	if err := fakestripe.Put(t.Context(), c.Local.FakeStripe, "", json.RawMessage(all["evt_erased1"]), json.RawMessage(all["evt_erased2"])); err != nil {
		t.Fatal(err)
	}
	if r := run(t, "reconcile", "--json"); r.code != 0 {
		t.Fatal(r)
	}
	idle()
	if found := wherePersonal(t, c); len(found) > 0 {
		t.Errorf("the person came back in %v", found)
	}
	post(eventOf("evt_later", "charge.updated", personsCharge(0), nil))
	idle()
	checkOnlyMailed(t, c, "receipt/pi_kept")
	if d, err := c.Tables.Delivery(t.Context(), event.DeliveryRef{Action: "send-receipt", Event: "evt_later"}); err != nil || d.State != event.Done {
		t.Errorf("%+v, %v", d, err)
	}
	if r := run(t, "audit", "--json"); r.code != 0 {
		t.Errorf("audit after an erasure: %+v", r)
	}
	if r := run(t, "erase", "list"); !strings.Contains(r.out, "ticket 7") || strings.Contains(r.out, "cus_erased") {
		t.Errorf("%+v", r)
	}
}

// wherePersonal names the tables and messages that have a word of the person.
func wherePersonal(t *testing.T, c *cli.Target) (found []string) {
	t.Helper()
	client := dynamodb.NewFromConfig(c.AWS)
	for _, table := range c.Local.Tables {
		out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range out.Items {
			found = append(found, personalIn(t, table, it)...)
		}
	}
	for s, err := range event.ReceivedBetween(t.Context(), c.Tables, time.Time{}, time.Now().Add(time.Hour)) {
		if err != nil {
			t.Fatal(err)
		}
		whole, err := c.Tables.Get(t.Context(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, personalIn(t, "body of "+s.ID, string(whole.Body))...)
	}
	mails, err := shop.ReadMails(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	notices, err := shop.ReadNotices(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return append(append(found, personalIn(t, "mails", mails)...), personalIn(t, "notices", notices)...)
}

func personalIn(t *testing.T, where string, v any) (found []string) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range personsWords {
		if strings.Contains(string(text), word) {
			found = append(found, where+": "+word)
		}
	}
	return found
}

func checkOnlyMailed(t *testing.T, c *cli.Target, key string) {
	t.Helper()
	mails, err := shop.ReadMails(t.Context(), c)
	if err != nil || len(mails) != 1 || mails[0].Key != key {
		t.Errorf("mails %+v, %v, want one of %s", mails, err, key)
	}
}
