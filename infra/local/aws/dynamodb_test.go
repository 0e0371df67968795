package aws_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/infra/local/aws"
)

func putNew(id string, more ...item) *dynamodb.PutItemInput {
	it := item{"id": str(id), "pending": str("*")}
	for _, m := range more {
		for k, v := range m {
			it[k] = v
		}
	}
	return &dynamodb.PutItemInput{
		TableName: awssdk.String("local-events"), Item: it,
		ConditionExpression:                 awssdk.String("attribute_not_exists(id)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

// change is what a stream record says.
type change struct {
	EventName string `json:"eventName"`
	DynamoDB  struct {
		Keys, NewImage map[string]struct{ S string }
		SequenceNumber string
	} `json:"dynamodb"`
}

func (r *rig) changes(t testing.TB) []change {
	t.Helper()
	st := must(r.Stream(eventsStream))(t)
	var all []change
	for _, rec := range must(st.Read("Dispatch", 100000))(t) {
		var c change
		if err := json.Unmarshal(rec.JSON, &c); err != nil {
			t.Fatal(err)
		}
		if c.DynamoDB.SequenceNumber != rec.Sequence {
			t.Errorf("sequence %s, record %s", rec.Sequence, c.DynamoDB.SequenceNumber)
		}
		all = append(all, c)
	}
	return all
}

func TestAConditionalPutThatFailsBringsTheOldItem(t *testing.T) {
	r := start(t)
	db := r.dynamo(t, operator)
	must(db.PutItem(t.Context(), putNew("evt_1", item{"nonce": str("mine")})))(t)
	_, err := db.PutItem(t.Context(), putNew("evt_1", item{"nonce": str("other")}))
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) {
		t.Fatalf("got %v", err)
	}
	if got := failed.Item["nonce"]; got == nil || got.(*types.AttributeValueMemberS).Value != "mine" {
		t.Errorf("old item %v", failed.Item)
	}
	if n := len(r.changes(t)); n != 1 {
		t.Errorf("%d stream records, want 1", n)
	}
}

func TestATransactionReportsItsReasonsAndHonoursItsToken(t *testing.T) {
	r := start(t)
	db := r.dynamo(t, operator)
	in := &dynamodb.TransactWriteItemsInput{
		ClientRequestToken: awssdk.String("token-1"),
		TransactItems: []types.TransactWriteItem{
			{Update: &types.Update{
				TableName: awssdk.String("local-orders"), Key: item{"id": str("o1")},
				UpdateExpression: awssdk.String("ADD n :one"), ExpressionAttributeValues: item{":one": &types.AttributeValueMemberN{Value: "1"}},
			}},
			{Put: &types.Put{
				TableName: awssdk.String("local-events"), Item: item{"id": str("evt_1"), "pending": str("*")},
				ConditionExpression: awssdk.String("attribute_not_exists(id)"),
			}},
		},
	}
	for range 2 {
		must(db.TransactWriteItems(t.Context(), in))(t)
	}
	got := must(db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: awssdk.String("local-orders"), Key: item{"id": str("o1")}}))(t)
	if n := got.Item["n"].(*types.AttributeValueMemberN).Value; n != "1" {
		t.Errorf("n is %s: the token was not honoured", n)
	}
	in.ClientRequestToken = awssdk.String("token-2")
	_, err := db.TransactWriteItems(t.Context(), in)
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) || len(cancelled.CancellationReasons) != 2 || *cancelled.CancellationReasons[1].Code != "ConditionalCheckFailed" {
		t.Errorf("got %v", err)
	}
	if ch := r.changes(t); len(ch) == 0 || ch[0].DynamoDB.NewImage["id"].S != "evt_1" {
		t.Errorf("stream %v", ch)
	}
}

func TestStreamHasFilteredRecordsInItemOrder(t *testing.T) {
	r := start(t)
	db := r.dynamo(t, operator)
	table := awssdk.String("local-events")
	key := item{"id": str("evt_1")}
	must(db.PutItem(t.Context(), putNew("evt_1")))(t)
	must(db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: table, Key: key, UpdateExpression: awssdk.String("REMOVE pending")}))(t)
	must(db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: table, Key: key, UpdateExpression: awssdk.String("SET pending = :p"), ExpressionAttributeValues: item{":p": str("send-receipt")},
	}))(t)
	must(db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: item{"id": str("evt_2")}}))(t)
	must(db.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"local-events": {
		{PutRequest: &types.PutRequest{Item: item{"id": str("evt_3"), "pending": str("*")}}},
		{DeleteRequest: &types.DeleteRequest{Key: key}},
	}}}))(t)
	var got []string
	for _, c := range r.changes(t) {
		got = append(got, c.EventName+" "+c.DynamoDB.Keys["id"].S+" "+c.DynamoDB.NewImage["pending"].S)
	}
	want := []string{"INSERT evt_1 *", "MODIFY evt_1 send-receipt", "INSERT evt_3 *"}
	if !slices.Equal(got, want) {
		t.Errorf("stream %q, want %q", got, want)
	}
}

func TestAPositionIsKeptAndWhatEveryConsumerPassedIsDropped(t *testing.T) {
	r := start(t)
	db := r.dynamo(t, operator)
	for i := range 3 {
		must(db.PutItem(t.Context(), putNew(fmt.Sprintf("evt_%d", i))))(t)
	}
	st := must(r.Stream(eventsStream))(t)
	got := must(st.Read("Dispatch", 2))(t)
	if len(got) != 2 {
		t.Fatalf("%d records", len(got))
	}
	if err := st.Commit("Dispatch", got[1].Seq); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r.boot(t)
	st = must(r.Stream(eventsStream))(t)
	if err := st.Wait(t.Context(), "Dispatch"); err != nil {
		t.Fatal(err)
	}
	if rest := r.changes(t); len(rest) != 1 || rest[0].DynamoDB.Keys["id"].S != "evt_2" {
		t.Errorf("after the position: %v", rest)
	}
	if all := must(st.Read("someone new", 10))(t); len(all) != 1 {
		t.Errorf("%d records are kept, want the one that nobody has passed", len(all))
	}
}

func TestConcurrentDeliveriesStoreOneItem(t *testing.T) {
	r := start(t)
	db := r.dynamo(t, operator)
	var stored atomic.Int32
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if _, err := db.PutItem(background(), putNew("evt_1")); err == nil {
				stored.Add(1)
			} else if code(err) != "ConditionalCheckFailedException" {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(r.changes(t)); stored.Load() != 1 || n != 1 {
		t.Errorf("%d puts stored it, %d records", stored.Load(), n)
	}
}

func TestCommittedWritesReachStreamDespiteKills(t *testing.T) {
	r := start(t)
	db := r.dynamo(t, operator)
	stream := must(r.Stream(eventsStream))(t)
	stop := make(chan struct{})
	var killing, putting sync.WaitGroup
	killing.Go(func() {
		for killed := 0; killed < 5; {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
			lag, err := stream.Lag("Dispatch")
			if pid := r.engine.PID(); err == nil && pid != 0 && lag > 20*killed {
				_ = syscall.Kill(pid, syscall.SIGKILL)
				killed++
			}
		}
	})
	for w := range 8 {
		putting.Go(func() {
			for i := range 40 {
				id := fmt.Sprintf("evt_%d_%d", w, i)
				for {
					_, err := db.PutItem(background(), putNew(id))
					if err == nil || code(err) == "ConditionalCheckFailedException" {
						break
					}
					time.Sleep(time.Millisecond) // the engine is coming back
				}
			}
		})
	}
	putting.Wait()
	close(stop)
	killing.Wait()
	eventually(t, "the engine answers and all 320 are in the stream", func() bool {
		seen := map[string]bool{}
		for _, c := range r.changes(t) {
			seen[c.DynamoDB.Keys["id"].S] = true
		}
		out, err := db.Scan(t.Context(), &dynamodb.ScanInput{TableName: awssdk.String("local-events"), Select: types.SelectCount})
		return err == nil && out.Count == 320 && len(seen) == 320
	})
}

func TestAWriteWhoseReplyWasLostIsInTheStream(t *testing.T) {
	r := start(t)
	db := r.dynamo(t, operator)
	if err := r.SetFaults(aws.Faults{Faults: []aws.Fault{{Service: "dynamodb", Operation: "PutItem", Kind: aws.FaultLost, Count: 1}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.PutItem(t.Context(), putNew("evt_1")); err == nil || code(err) != "" {
		t.Errorf("got %v, want a broken connection", err)
	}
	if ch := r.changes(t); len(ch) != 1 {
		t.Errorf("stream %v", ch)
	}
	_, err := db.PutItem(t.Context(), putNew("evt_1"))
	wantCode(t, err, "ConditionalCheckFailedException")
}

func TestUnknownCallsAreRefusedByName(t *testing.T) {
	r := start(t)
	_, err := r.dynamo(t, operator).DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: awssdk.String("local-events")})
	wantCode(t, err, "UnknownOperationException", "does not serve DeleteTable of dynamodb")
	_, err = r.dynamo(t, "AKIASTRANGER").ListTables(t.Context(), nil)
	wantCode(t, err, "UnrecognizedClientException", "AKIASTRANGER")
}

func BenchmarkPuts(b *testing.B) {
	for _, table := range []string{"local-events", "local-orders"} {
		b.Run(table, func(b *testing.B) {
			r := start(b)
			db := r.dynamo(b, operator)
			var n atomic.Int64
			b.SetParallelism(16)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					in := putNew(fmt.Sprintf("evt_%d", n.Add(1)))
					in.TableName = &table
					if _, err := db.PutItem(background(), in); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "puts/s")
		})
	}
}
