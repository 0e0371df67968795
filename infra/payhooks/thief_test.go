package main

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// thief has the credentials of one function, and aims at what is another's.
type thief struct {
	aws     aws.Config
	db      *dynamodb.Client
	stack   string
	account string

	self   string // the function's name, which is its action's
	victim string // another action
	state  string // the victim's table
	event  string // one that is stored
}

// newThief aims at update-order, which aims at grant-access.
func newThief(cfg aws.Config, stack, account, self, event string) thief {
	t := thief{aws: cfg, db: dynamodb.NewFromConfig(cfg), stack: stack, account: account, self: self, victim: "update-order", state: "orders", event: event}
	if self == t.victim {
		t.victim, t.state = "grant-access", "access"
	}
	return t
}

// probe is one thing that a thief tries. What is allowed changes nothing that counts.
type probe struct {
	name string
	try  func(context.Context, thief) error
}

// afterIAM are the errors of calls that were allowed: a write that its own condition stops, and
// what is not there.
var afterIAM = []string{
	"ConditionalCheckFailedException", "TransactionCanceledException",
	"ResourceNotFoundException", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue",
}

// run tries the probe. IAM decides first. An error that is neither its refusal nor one of
// afterIAM shows nothing.
func (p probe) run(ctx context.Context, t thief) (allowed bool, err error) {
	err = p.try(ctx, t)
	var api smithy.APIError
	switch {
	case err == nil:
		return true, nil
	case !errors.As(err, &api):
		return false, err
	case slices.Contains(afterIAM, api.ErrorCode()):
		return true, nil
	case slices.Contains([]string{"AccessDeniedException", "AccessDenied", "AuthorizationError"}, api.ErrorCode()):
		return false, nil
	}
	return false, err
}

func (t thief) table(short string) *string { return aws.String(t.stack + "-" + short) }

func (t thief) tableARN(short string) *string {
	return aws.String("arn:aws:dynamodb:us-east-1:" + t.account + ":table/" + t.stack + "-" + short)
}

func (t thief) own() string    { return t.self + "#" + t.event }
func (t thief) other() string  { return t.victim + "#" + t.event }
func (t thief) effect() string { return t.victim + "#effect#test/own#order/pi_1" }

func id(value string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: value}}
}

// never holds for no item: a write that is allowed fails on it and changes nothing.
var never = aws.String("attribute_exists(id) AND attribute_not_exists(id)")

// quarantined is an item with the quarantine's key.
func quarantined(value string) map[string]types.AttributeValue {
	item := id(value)
	item["endpoint"] = &types.AttributeValueMemberS{Value: "default"}
	return item
}

func (t thief) get(ctx context.Context, table *string, key string) error {
	_, err := t.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: id(key)})
	return err
}

func (t thief) batch(ctx context.Context, table string, ids ...string) error {
	var keys types.KeysAndAttributes
	for _, one := range ids {
		keys.Keys = append(keys.Keys, id(one))
	}
	_, err := t.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*t.table(table): keys}})
	return err
}

func (t thief) put(ctx context.Context, table *string, item map[string]types.AttributeValue) error {
	_, err := t.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: item, ConditionExpression: never})
	return err
}

func (t thief) update(ctx context.Context, table, key string) error {
	_, err := t.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: t.table(table), Key: id(key), ConditionExpression: never})
	return err
}

func (t thief) remove(ctx context.Context, table, key string) error {
	_, err := t.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: t.table(table), Key: id(key), ConditionExpression: never})
	return err
}

func (t thief) replace(ctx context.Context, table, key string) error {
	_, err := t.db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
		*t.table(table): {{PutRequest: &types.PutRequest{Item: id(key)}}},
	}})
	return err
}

func (t thief) transact(ctx context.Context, items ...types.TransactWriteItem) error {
	_, err := t.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items})
	return err
}

func (t thief) putting(table, key string) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{TableName: t.table(table), Item: id(key), ConditionExpression: never}}
}

func (t thief) checking(table, key string) types.TransactWriteItem {
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: t.table(table), Key: id(key), ConditionExpression: never}}
}

func (t thief) deleting(table, key string) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: t.table(table), Key: id(key), ConditionExpression: never}}
}

func (t thief) readTogether(ctx context.Context, table string, keys ...string) error {
	in := &dynamodb.TransactGetItemsInput{}
	for _, key := range keys {
		in.TransactItems = append(in.TransactItems, types.TransactGetItem{Get: &types.Get{TableName: t.table(table), Key: id(key)}})
	}
	_, err := t.db.TransactGetItems(ctx, in)
	return err
}

// query asks a table, or an index of it, for all items with one value of a key.
func (t thief) query(ctx context.Context, table, index, key, value string) error {
	in := &dynamodb.QueryInput{
		TableName: t.table(table), KeyConditionExpression: aws.String("#key = :value"), ExpressionAttributeNames: map[string]string{"#key": key},
		ExpressionAttributeValues: map[string]types.AttributeValue{":value": &types.AttributeValueMemberS{Value: value}},
	}
	if index != "" {
		in.IndexName = &index
	}
	_, err := t.db.Query(ctx, in)
	return err
}

func (t thief) scan(ctx context.Context, table, index string) error {
	in := &dynamodb.ScanInput{TableName: t.table(table)}
	if index != "" {
		in.IndexName = &index
	}
	_, err := t.db.Scan(ctx, in)
	return err
}

func (t thief) statement(ctx context.Context, text string) error {
	_, err := t.db.ExecuteStatement(ctx, &dynamodb.ExecuteStatementInput{Statement: &text})
	return err
}
