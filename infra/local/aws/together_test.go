package aws_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// Sixteen callers put the same forty events at once, between writes that cannot be in a
// transaction, that the engine refuses and that change one item again and again.
func TestWritesAtTheSameTimeEndAsEachWouldAlone(t *testing.T) {
	r := start(t)
	db := r.dynamo(t, operator)
	const callers, events = 16, 40
	var puts, taken, counted, large atomic.Int32
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for n := range events {
				id := fmt.Sprintf("evt_%d", n)
				_, err := db.PutItem(t.Context(), putNew(id, item{"nonce": str(fmt.Sprint(c))}))
				var failed *types.ConditionalCheckFailedException
				switch {
				case err == nil:
					puts.Add(1)
				case errors.As(err, &failed) && failed.Item["nonce"] != nil:
					taken.Add(1)
				default:
					t.Errorf("put %s: %v", id, err)
				}
				out, err := db.UpdateItem(t.Context(), add("total", awssdk.String("UPDATED_NEW")))
				if err != nil || out.Attributes["n"] == nil {
					t.Errorf("add and ask for the sum: %v (%v)", out, err)
				}
				if _, err := db.UpdateItem(t.Context(), add("total", nil)); err != nil {
					t.Errorf("add: %v", err)
				}
				counted.Add(2)
				var answer smithy.APIError
				huge := item{"id": str(fmt.Sprint("huge", c, n)), "x": str(strings.Repeat("x", 401<<10))}
				if n == 0 {
					if _, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: awssdk.String("local-orders"), Item: huge}); !errors.As(err, &answer) || answer.ErrorCode() != "ValidationException" {
						t.Errorf("an item that is too large: %v", err)
					}
					large.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if puts.Load() != events || taken.Load() != (callers-1)*events || large.Load() != callers {
		t.Errorf("%d events were new and %d known", puts.Load(), taken.Load())
	}
	got := must(db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: awssdk.String("local-orders"), Key: item{"id": str("total")}}))(t)
	if n := got.Item["n"].(*types.AttributeValueMemberN).Value; n != fmt.Sprint(counted.Load()) {
		t.Errorf("the sum is %s after %d additions", n, counted.Load())
	}
	if all := r.changes(t); len(all) != events {
		t.Errorf("the stream has %d changes of %d events", len(all), events)
	}
}

// add adds 1 to a row's number.
func add(id string, returns *string) *dynamodb.UpdateItemInput {
	in := &dynamodb.UpdateItemInput{
		TableName: awssdk.String("local-orders"), Key: item{"id": str(id)}, UpdateExpression: awssdk.String("ADD n :one"),
		ExpressionAttributeValues: item{":one": &types.AttributeValueMemberN{Value: "1"}},
	}
	if returns != nil {
		in.ReturnValues = types.ReturnValue(*returns)
	}
	return in
}

// BenchmarkWritesAtTheSameTime puts items by sixteen callers; "alone" asks for the old
// item, so that each put is a transaction to itself.
func BenchmarkWritesAtTheSameTime(b *testing.B) {
	for name, returns := range map[string]types.ReturnValue{"together": "", "alone": types.ReturnValueAllOld} {
		b.Run(name, func(b *testing.B) {
			r := start(b)
			db := r.dynamo(b, operator)
			var n atomic.Int64
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					it := item{"id": str(fmt.Sprint(n.Add(1))), "x": str(strings.Repeat("x", 1000))}
					if _, err := db.PutItem(b.Context(), &dynamodb.PutItemInput{TableName: awssdk.String("local-orders"), Item: it, ReturnValues: returns}); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
