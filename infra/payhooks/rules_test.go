package main

import (
	"context"
	"slices"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// aged makes an event so much older, as if it had been received then.
func (o *rig) aged(id string, d time.Duration) {
	o.Helper()
	_, err := dynamodb.NewFromConfig(o.AWS).UpdateItem(o.Context(), &dynamodb.UpdateItemInput{
		TableName: awssdk.String(o.Stack + "-events"), Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}},
		UpdateExpression: awssdk.String("SET received = :at"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":at": &types.AttributeValueMemberS{Value: time.Now().Add(-d).UTC().Format("2006-01-02T15:04:05.000Z")},
		},
	})
	if err != nil {
		o.Fatal(err)
	}
}

// mailed counts the mails of events.
func (o *rig) mailed() map[string]int {
	o.Helper()
	n := map[string]int{}
	for _, m := range objects[mail](o.T, o.must("mails", "--json")) {
		n[m.Event]++
	}
	return n
}

func TestRow79WhileRulesCannotBeListedEveryActionIsDoneOnce(t *testing.T) {
	o := newOperator(t)
	var all []aws.Fault
	for _, function := range []string{"dispatch", "reconcile", "fetch"} {
		all = append(all, aws.Fault{Service: "events", Operation: "ListRules", Kind: aws.FaultDeny, Caller: function})
	}
	o.fault(all...)
	o.restarted() // they list the rules at start
	ids := o.charges(200)
	o.eventually("all receipts are sent while the rules are refused", func() bool { return len(o.mailed()) == len(ids) })
	stored, err := o.Tables.Events(t.Context(), ids)
	if err != nil || len(stored) != len(ids) {
		t.Fatal(len(stored), err)
	}
	for id, s := range stored {
		if !s.Pending || !s.OnBus {
			t.Fatalf("%s: pending %t, on the bus %t", id, s.Pending, s.OnBus)
		}
	}
	if err := parallel.Each(t.Context(), 16, ids, func(_ context.Context, id string) error { o.aged(id, 20*time.Minute); return nil }); err != nil {
		t.Fatal(err)
	}
	if r := o.run("reconcile"); r.code == 0 {
		t.Errorf("reconcile does not say that the rules cannot be listed: %s", r.out)
	}
	o.fault()
	for range 2 {
		o.must("reconcile")
	}
	if stored, err = o.Tables.Events(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	for id, s := range stored {
		if s.Pending || !slices.Contains(s.Subscribers, receipts) {
			t.Errorf("%s: pending %t, subscribers %v", id, s.Pending, s.Subscribers)
		}
	}
	o.status(ids[0], event.StatusDone)
	for id, n := range o.mailed() {
		if n != 1 {
			t.Errorf("%s: %d mails", id, n)
		}
	}
}
