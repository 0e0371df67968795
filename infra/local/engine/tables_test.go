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
// noon is in the future: DynamoDB Local deletes what has expired.
var noon = time.Date(2096, 11, 22, 12, 0, 0, 0, time.UTC)

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func insert(t *testing.T, db database, table string, it map[string]types.AttributeValue) {
	t.Helper()
	_, err := db.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: awssdk.String(db.tables.Name(table)), Item: it})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFinishedDeliveryIsInNoIndex(t *testing.T) {
	db := openTables(t)
	indexed := func(ref event.DeliveryRef) bool {
		out, err := db.client.GetItem(t.Context(), &dynamodb.GetItemInput{
			TableName: awssdk.String(db.tables.Name("deliveries")), Key: map[string]types.AttributeValue{"id": text(ref.Action + "#" + ref.Event)},
		})
		if err != nil || out.Item == nil {
			t.Fatalf("item %v, error %v", out, err)
		}
		_, ok := out.Item["open"]
		return ok
	}
	for name, finish := range map[string]func(event.DeliveryRef) error{
		"done": func(ref event.DeliveryRef) error {
			return db.tables.Commit(t.Context(), event.Commit{Delivery: event.Delivery{Event: ref.Event, Action: ref.Action, Owner: "o", State: event.Done}})
		},
	} {
		ref := event.DeliveryRef{Action: "a", Event: "evt_" + name}
		if err := db.tables.Ensure(t.Context(), event.Ensured{DeliveryRef: ref, Now: noon, Expires: noon}); err != nil || !indexed(ref) {
			t.Errorf("ensured: error %v, indexed %t", err, indexed(ref))
		}
		if err := finish(ref); err != nil || indexed(ref) {
			t.Errorf("%s: error %v, indexed %t", name, err, indexed(ref))
		}
	}
}

func TestRawWriteCommitsWithItsDeliveryOrNotAtAll(t *testing.T) {
	db := openTables(t)
	add := func(condition string) event.Write {
		return event.Write{Raw: types.TransactWriteItem{Update: &types.Update{
			TableName: awssdk.String(db.tables.Name("orders")), Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "counter"}},
			UpdateExpression:          awssdk.String("ADD n :one"),
			ConditionExpression:       awssdk.String(condition),
			ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}},
		}}}
	}
	commit := func(condition string) error {
		return db.tables.Commit(t.Context(), event.Commit{
			Delivery: event.Delivery{Event: "evt_1", Action: "a", Owner: "o", State: event.Done},
			Writes:   []event.Write{add(condition)},
		})
	}
	if err := commit("attribute_exists(nothing)"); !errors.Is(err, event.ErrConflict) {
		t.Fatalf("condition that fails: %v", err)
	}
	if err := commit("no expression"); !errors.Is(err, event.ErrInvalid) {
		t.Fatalf("expression that is none: %v", err)
	}
	if err := commit("attribute_not_exists(nothing)"); err != nil {
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

func TestStateTooLargeForAnItemIsInvalid(t *testing.T) {
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

func TestMissingTableIsNoVerdictOnTheInput(t *testing.T) {
	db := openTables(t)
	_, err := db.tables.Load(t.Context(), "misspelt", "pi_1")
	if err == nil || errors.Is(err, event.ErrInvalid) || errors.Is(err, event.ErrNotFound) {
		t.Fatalf("error is %v", err)
	}
}
