package main

import (
	"errors"
	"strings"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/internal/event"
)

// thief has the credentials of one action and aims at another one's items.
type thief struct {
	*rig
	db *dynamodb.Client
}

// steal takes the credentials that the stack gave to a function.
func (o *rig) steal(logicalID string) thief {
	o.Helper()
	c, ok := o.stack.Host.Credentials[logicalID]
	if !ok {
		o.Fatalf("the stack has no function %s", logicalID)
	}
	cfg := o.AWS.Copy()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, c.SessionToken)
	return thief{o, dynamodb.NewFromConfig(cfg)}
}

func (t thief) table(short string) *string { return awssdk.String(t.Stack + "-" + short) }

func id(value string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: value}}
}

// keys of a batch.
func keys(ids ...string) types.KeysAndAttributes {
	k := types.KeysAndAttributes{ConsistentRead: awssdk.Bool(true)}
	for _, one := range ids {
		k.Keys = append(k.Keys, id(one))
	}
	return k
}

func (t thief) get(table, key string) error {
	_, err := t.db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: t.table(table), Key: id(key)})
	return err
}

func (t thief) batch(table string, ids ...string) error {
	_, err := t.db.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*t.table(table): keys(ids...)}})
	return err
}

func (t thief) put(table, key string) error {
	_, err := t.db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: t.table(table), Item: id(key)})
	return err
}

func (t thief) update(table, key string) error {
	_, err := t.db.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: t.table(table), Key: id(key)})
	return err
}

func (t thief) remove(table, key string) error {
	_, err := t.db.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: t.table(table), Key: id(key)})
	return err
}

func (t thief) transact(table string, ids ...string) error {
	in := &dynamodb.TransactWriteItemsInput{}
	for _, one := range ids {
		in.TransactItems = append(in.TransactItems, types.TransactWriteItem{Put: &types.Put{TableName: t.table(table), Item: id(one)}})
	}
	_, err := t.db.TransactWriteItems(t.Context(), in)
	return err
}

func (t thief) unfinished() error {
	_, err := t.db.Query(t.Context(), &dynamodb.QueryInput{
		TableName: t.table("deliveries"), IndexName: awssdk.String("unfinished"),
		KeyConditionExpression:    awssdk.String("#open = :open"),
		ExpressionAttributeNames:  map[string]string{"#open": "open"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":open": &types.AttributeValueMemberS{Value: "waiting#00"}},
	})
	return err
}

func (t thief) scan(table string) error {
	_, err := t.db.Scan(t.Context(), &dynamodb.ScanInput{TableName: t.table(table)})
	return err
}

func TestRow66OneActionsCredentialsReachNothingOfAnother(t *testing.T) {
	o := newOperator(t)
	evt := o.charge()
	o.delivered(evt, "update-order", event.Done)
	before := o.deliveryRecord(evt, "update-order")
	s := o.steal("SendReceipt")

	own, other := "send-receipt#"+evt, "update-order#"+evt
	effect := "update-order#effect#test/own#order/pi_1"
	order := "test/own/order/pi_1"
	for what, err := range map[string]error{
		"read a delivery":                  s.get("deliveries", other),
		"read a delivery in a batch":       s.batch("deliveries", own, other),
		"read an effect":                   s.get("deliveries", effect),
		"forge a delivery":                 s.put("deliveries", other),
		"change a delivery":                s.update("deliveries", other),
		"delete a delivery":                s.remove("deliveries", other),
		"delete a delivery of its own":     s.remove("deliveries", own),
		"forge a delivery in a commit":     s.transact("deliveries", own, other),
		"forge an effect":                  s.put("deliveries", effect),
		"forge a delivery without a name":  s.put("deliveries", "#"+evt),
		"list what is unfinished":          s.unfinished(),
		"list all deliveries":              s.scan("deliveries"),
		"read state":                       s.get("access", "test/own/customer/cus_1"),
		"write state":                      s.put("orders", order),
		"change state":                     s.update("orders", order),
		"delete state":                     s.remove("orders", order),
		"write an event":                   s.put("events", evt),
		"write a cursor":                   s.put("cursors", "due/absent"),
		"read the quarantine":              s.scan("quarantine"),
		"read an event's neighbours, all":  s.scan("events"),
		"read a delivery of a longer name": s.get("deliveries", "send-receipt2#"+evt),
	} {
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != "AccessDeniedException" || !strings.Contains(api.ErrorMessage(), "send-receipt") {
			t.Errorf("%s: %v, expected AccessDenied for send-receipt", what, err)
		}
	}
	for what, err := range map[string]error{
		"read its own delivery": s.get("deliveries", own), "batch": s.batch("deliveries", own, "send-receipt#effect#test/own#receipt/pi_1"),
		"read the event": s.batch("events", evt), "commit": s.transact("deliveries", "send-receipt#evt_never"),
	} {
		if err != nil {
			t.Errorf("%s: %v, expected it to be allowed", what, err)
		}
	}
	if after := o.deliveryRecord(evt, "update-order"); after.Owner != before.Owner || after.State != event.Done {
		t.Errorf("the record is %+v, it was %+v", after, before)
	}
}

func (o *rig) deliveryRecord(evt, action string) event.Delivery {
	o.Helper()
	d, err := o.Tables.Delivery(o.Context(), event.DeliveryRef{Action: action, Event: evt})
	if err != nil {
		o.Fatal(err)
	}
	return d
}
