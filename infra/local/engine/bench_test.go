package engine_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/event"
)

// BenchmarkPorts measures the ports against the baseline "bare PutItem": one
// unconditional put of an item of the same 3 KB into the same table.
func BenchmarkPorts(b *testing.B) {
	db := openTables(b)
	b.Run("bare PutItem", func(b *testing.B) { benchBare(b, db) })
	b.Run("Put", func(b *testing.B) { benchPut(b, db) })
	b.Run("Claim", func(b *testing.B) { benchClaim(b, db) })
	b.Run("Begin", func(b *testing.B) { benchBegin(b, db) })
	b.Run("Commit alone", func(b *testing.B) { benchCommit(b, db, 0) })
	b.Run("Commit with one write", func(b *testing.B) { benchCommit(b, db, 1) })
}

const bodySize = 3000

// incompressible text, so that both items have the same size.
func filler() []byte {
	text := ""
	for len(text) < bodySize {
		text += rand.Text()
	}
	return []byte(text[:bodySize])
}

func benchBare(b *testing.B, db database) {
	body := filler()
	for i := range b.N {
		_, err := db.client.PutItem(b.Context(), &dynamodb.PutItemInput{
			TableName: awssdk.String(db.tables.Name("orders")), Item: map[string]types.AttributeValue{
				"id": text(fmt.Sprint("bare", b.N, "_", i)), "body": &types.AttributeValueMemberB{Value: body},
			},
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func benchPut(b *testing.B, db database) {
	body := filler()
	for i := range b.N {
		id := fmt.Sprint("evt_", b.N, "_", i)
		_, err := db.tables.Put(b.Context(), event.Event{Body: body, Facts: event.Facts{
			ID: id, Type: "payment_intent.succeeded", Created: noon, Received: noon, Subject: id, Customer: "cus_1",
		}}, noon)
		if err != nil {
			b.Fatal(err)
		}
	}
}

func benchClaim(b *testing.B, db database) {
	for i := range b.N {
		ref := event.DeliveryRef{Action: "a", Event: fmt.Sprint("claim_", b.N, "_", i)}
		_, err := db.tables.Claim(b.Context(), event.Claim{DeliveryRef: ref, Owner: "o", Now: noon, Lease: noon.Add(time.Minute)})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func benchBegin(b *testing.B, db database) {
	id := fmt.Sprint("begin_", b.N)
	if _, err := db.tables.Put(b.Context(), event.Event{Body: filler(), Facts: event.Facts{ID: id, Created: noon, Received: noon}}, noon); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if got := db.tables.Begin(b.Context(), []event.DeliveryRef{{Action: "a", Event: id}}); got[0].Err != nil {
			b.Fatal(got[0].Err)
		}
	}
}

// benchCommit commits first attempts, which hold no claim.
func benchCommit(b *testing.B, db database, writes int) {
	data := json.RawMessage(`{"paid":` + strconv.Itoa(b.N) + `}`)
	for i := range b.N {
		id := fmt.Sprint("commit_", writes, "_", b.N, "_", i)
		c := event.Commit{Delivery: event.Delivery{
			Event: id, Action: "a", State: event.Done, Owner: "o", Attempts: 1, Next: noon, First: noon, Updated: noon,
		}}
		for range writes {
			c.Writes = append(c.Writes, event.Write{Table: "orders", Key: id, Data: data})
		}
		if err := db.tables.Commit(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
}
