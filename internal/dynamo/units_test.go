package dynamo

import (
	"os"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// writeUnits is what DynamoDB charges for writing an item: one per kilobyte.
func writeUnits(it item) int { return (it.size() + 1023) / 1024 }

// projection is the item's entry in an index.
func projection(it item, names ...string) item {
	entry := item{}
	for _, name := range append(names, "id") {
		if v, ok := it[name]; ok {
			entry[name] = v
		}
	}
	return entry
}

// factNames are the attributes that the indexes of template.yaml project.
var factNames = []string{
	"type", "created", "livemode", "account", "api_version", "endpoint", "object", "object_type", "subject", "customer",
	"amount", "currency", "status", "received",
}

func TestEventOfTwoKilobytesCostsFiveUnitsToPut(t *testing.T) {
	body, err := os.ReadFile("../../events/payment_intent.succeeded.json")
	if err != nil {
		t.Fatal(err)
	}
	at, amount := time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC), int64(200000)
	it, err := New(nil, "").eventItem(event.Event{Body: body, Facts: event.Facts{
		ID: "evt_1PgafyB7WZ01zgkWaBbCcDdE", Type: "payment_intent.succeeded", Created: at, Received: at,
		Scope: event.Scope{Account: "acct_1PgafTB7WZ01zgkW", Livemode: true}, APIVersion: "2023-10-16", Endpoint: "connect",
		Object: "pi_1PgafyB7WZ01zgkW0Ok2HvNo", ObjectType: "payment_intent", Subject: "pi_1PgafyB7WZ01zgkW0Ok2HvNo",
		Customer: "cus_QXg1o8vcGmoR32", Amount: &amount, Currency: "usd", Status: "succeeded",
	}}, at.AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	it["nonce"] = str(nonce())
	units := writeUnits(it)
	for key, names := range map[string][]string{
		"subject_key": factNames, "customer_key": factNames, "shard": append([]string{"pending", "expires"}, factNames...),
	} {
		units += writeUnits(projection(it, append(names, key)...))
	}
	t.Logf("%d bytes of body are an item of %d", len(body), it.size())
	if units != 5 {
		t.Errorf("the put costs %d write units", units)
	}
}

func TestRecordDoneAtOnceCostsOneUnit(t *testing.T) {
	at := time.Date(2026, 11, 22, 1, 2, 3, 4e6, time.UTC)
	it := deliveryItem(event.Delivery{
		Event: "evt_1PgafyB7WZ01zgkWaBbCcDdE", Action: "send-receipt", State: event.Done, Owner: "0123456789abcdef0123456789abcdef",
		Next: at, First: at, Updated: at, Attempts: 1, Took: 212, Committed: true, Outcome: "receipt for 20.00 USD to the payer",
		Effects: []event.EffectOutcome{{Key: "receipt/pi_1PgafyB7WZ01zgkW0Ok2HvNo", State: "done"}}, Expires: at.AddDate(1, 0, 0),
	})
	t.Logf("the record is %d bytes", it.size())
	if _, ok := it["open"]; ok || writeUnits(it) != 1 {
		t.Errorf("%d bytes, in the index: %t", it.size(), ok)
	}
	for _, name := range []string{"ensured", "lease", "sent", "round", "before", "reopened", "history", "withheld", "error", "effect", "by", "stale"} {
		if _, ok := it[name]; ok {
			t.Errorf("attribute %s is there without a value", name)
		}
	}
}
