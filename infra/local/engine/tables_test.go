package engine_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/event"
)

// clock of these tests.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func insert(t *testing.T, db database, table string, it map[string]types.AttributeValue) {
	t.Helper()
	_, err := db.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: awssdk.String(db.tables.Name(table)), Item: it})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnUnreadableItemIsInvalidAndHidesNoOther(t *testing.T) {
	db := openTables(t)
	readable := event.Event{Facts: event.Facts{ID: "evt_good", Type: "ping", Created: noon, Received: noon}, Body: []byte("{}")}
	if _, err := db.tables.Put(t.Context(), readable, noon); err != nil {
		t.Fatal(err)
	}
	for shard := range 4 {
		insert(t, db, "events", map[string]types.AttributeValue{
			"id": text("evt_bad" + string(rune('0'+shard))), "day": text("2026-11-22#" + string(rune('0'+shard))),
			"received": text("2026-11-22T12:00:00.000Z"), "livemode": text("yes"), "endpoint": text("default"), "body": text("plain"),
		})
	}
	got, err := db.tables.Get(t.Context(), "evt_bad0")
	if !errors.Is(err, event.ErrInvalid) || got.Endpoint != "default" {
		t.Errorf("get: endpoint %q, error %v", got.Endpoint, err)
	}
	for _, years := range []int{0, 1} {
		var ids []string
		err = db.tables.ReceivedBetween(t.Context(), noon.Add(-time.Hour), noon.AddDate(years, 0, 1), func(s event.Stored) bool {
			ids = append(ids, s.ID)
			return true
		})
		if !errors.Is(err, event.ErrInvalid) || len(ids) != 1 || ids[0] != "evt_good" {
			t.Errorf("received %v, error %v", ids, err)
		}
	}
	if res, err := db.tables.Put(t.Context(), event.Event{Facts: event.Facts{ID: "evt_bad0"}}, noon); err != nil || res != event.PutConflict {
		t.Errorf("put over it: %v, error %v", res, err)
	}
}

func TestARawWriteCommitsWithItsDeliveryOrNotAtAll(t *testing.T) {
	db := openTables(t)
	add := func(condition string) event.Write {
		return event.Write{Raw: types.TransactWriteItem{Update: &types.Update{
			TableName: awssdk.String(db.tables.Name("orders")), Key: map[string]types.AttributeValue{"id": text("counter")},
			UpdateExpression:          awssdk.String("ADD n :one"),
			ConditionExpression:       awssdk.String(condition),
			ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}},
		}}}
	}
	d, err := db.tables.Claim(t.Context(), event.Claim{Event: "evt_1", Action: "a", Owner: "o", Now: noon, Lease: noon.Add(time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	d.State = event.Done
	if err := db.tables.Commit(t.Context(), d, add("attribute_exists(nothing)")); !errors.Is(err, event.ErrConflict) {
		t.Fatalf("condition that fails: %v", err)
	}
	if err := db.tables.Commit(t.Context(), d, add("no expression")); !errors.Is(err, event.ErrInvalid) {
		t.Fatalf("expression that is none: %v", err)
	}
	if err := db.tables.Commit(t.Context(), d, add("attribute_not_exists(nothing)")); err != nil {
		t.Fatal(err)
	}
	// A row that raw writes made has no version yet, and gets one.
	it, err := db.tables.Load(t.Context(), "orders", "counter")
	if err != nil || it.Version != 0 || string(it.Data) != `{"n":1}` {
		t.Fatalf("%s at version %d, error %v", it.Data, it.Version, err)
	}
	if err := db.tables.Write(t.Context(), event.Write{Table: "orders", Key: "counter", Data: json.RawMessage(`{"n":2}`)}); err != nil {
		t.Fatal(err)
	}
}

func TestStateThatNoItemHoldsIsInvalid(t *testing.T) {
	db := openTables(t)
	data, err := json.Marshal(map[string]string{"text": string(make([]byte, 420_000))})
	if err != nil {
		t.Fatal(err)
	}
	err = db.tables.Write(t.Context(), event.Write{Table: "orders", Key: "pi_1", Data: data})
	if !errors.Is(err, event.ErrInvalid) {
		t.Fatalf("error is %v", err)
	}
}

func TestATableThatIsNotThereIsNoVerdictOnTheInput(t *testing.T) {
	db := openTables(t)
	_, err := db.tables.Load(t.Context(), "misspelt", "pi_1")
	if err == nil || errors.Is(err, event.ErrInvalid) || errors.Is(err, event.ErrNotFound) {
		t.Fatalf("error is %v", err)
	}
}
