package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/event"
)

// Commit implements event.Ledger.
func (t *Tables) Commit(ctx context.Context, d event.Delivery, writes ...event.Write) error {
	if err := errors.Join(checkDelivery(d.Event, d.Action), checkKey("owner", d.Owner), checkKey("state", string(d.State))); err != nil {
		return fmt.Errorf("save: %w", err)
	}
	put := &types.Put{
		TableName: t.table("deliveries"), Item: deliveryItem(d),
		ConditionExpression:       aws.String("#owner = :owner AND #state = :waiting"),
		ExpressionAttributeNames:  map[string]string{"#owner": "owner", "#state": "state"},
		ExpressionAttributeValues: item{":owner": str(d.Owner), ":waiting": str(string(event.Waiting))},

		ReturnValuesOnConditionCheckFailure: allOld,
	}
	var err error
	if len(writes) == 0 {
		err = t.saveAlone(ctx, d, put)
	} else {
		err = t.saveWith(ctx, d, put, writes)
	}
	if err != nil {
		return fmt.Errorf("save %s for %s: %w", d.Event, d.Action, err)
	}
	return nil
}

// saveAlone is one put: half the price of a transaction.
func (t *Tables) saveAlone(ctx context.Context, d event.Delivery, put *types.Put) error {
	_, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: put.TableName, Item: put.Item,
		ConditionExpression:                 put.ConditionExpression,
		ExpressionAttributeNames:            put.ExpressionAttributeNames,
		ExpressionAttributeValues:           put.ExpressionAttributeValues,
		ReturnValuesOnConditionCheckFailure: put.ReturnValuesOnConditionCheckFailure,
	})
	if old, ok := refused(err); ok {
		return fenced(old, d)
	}
	if busy := (*types.TransactionConflictException)(nil); errors.As(err, &busy) {
		return fmt.Errorf("%w: %w", event.ErrConflict, err)
	}
	return invalid(sized(err))
}

// fenced tells whether old is what this very save left, its reply lost.
func fenced(old item, d event.Delivery) error {
	r := &reader{item: old}
	if d.State != event.Waiting && r.str("owner") == d.Owner && r.str("state") == string(d.State) {
		return nil
	}
	return event.ErrFenced
}

func (t *Tables) saveWith(ctx context.Context, d event.Delivery, put *types.Put, writes []event.Write) error {
	items, err := t.transactItems(writes)
	if err != nil {
		return err
	}
	reasons, err := t.transact(ctx, append([]types.TransactWriteItem{{Put: put}}, items...))
	if err == nil {
		return nil
	}
	if len(reasons) > 0 && aws.ToString(reasons[0].Code) == conditionFailed {
		return fenced(reasons[0].Item, d)
	}
	return cancelled(reasons, err)
}

// Write implements event.Ledger. It is a transaction of one, whose token tells
// a repeat of ours from somebody else's write.
func (t *Tables) Write(ctx context.Context, w event.Write) error {
	items, err := t.transactItems([]event.Write{w})
	if err == nil && w.Raw == nil {
		items[0].Put.Item[apart] = &types.AttributeValueMemberBOOL{Value: true}
	}
	if err == nil {
		var reasons []types.CancellationReason
		if reasons, err = t.transact(ctx, items); err != nil {
			err = cancelled(reasons, err)
		}
	}
	if err != nil {
		return fmt.Errorf("write %s %s: %w", w.Table, w.Key, err)
	}
	return nil
}

// transact commits the items. When DynamoDB cancels it says why for each.
func (t *Tables) transact(ctx context.Context, items []types.TransactWriteItem) ([]types.CancellationReason, error) {
	_, err := t.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: items, ClientRequestToken: aws.String(nonce()),
	})
	var c *types.TransactionCanceledException
	if errors.As(err, &c) {
		return c.CancellationReasons, err
	}
	return nil, err
}

const conditionFailed = "ConditionalCheckFailed"

// cancelled is the verdict on a transaction that was not committed: what can
// never succeed first, then what another try would settle.
func cancelled(reasons []types.CancellationReason, err error) error {
	var conflict error
	for i, r := range reasons {
		switch aws.ToString(r.Code) {
		case "ValidationError", "ItemCollectionSizeLimitExceeded":
			return fmt.Errorf("item %d: %s: %w", i, aws.ToString(r.Message), event.ErrInvalid)
		case conditionFailed, "TransactionConflict":
			conflict = fmt.Errorf("item %d: %w", i, event.ErrConflict)
		}
	}
	if conflict != nil {
		return conflict
	}
	return invalid(err)
}

// invalid marks what DynamoDB will never take.
func invalid(err error) error {
	if _, ok := rejection(err); ok {
		return fmt.Errorf("%w: %w", event.ErrInvalid, err)
	}
	return err
}

func (t *Tables) transactItems(writes []event.Write) ([]types.TransactWriteItem, error) {
	if len(writes) >= maxItems {
		return nil, fmt.Errorf("%d writes, a transaction takes %d beside the delivery: %w", len(writes), maxItems-1, event.ErrInvalid)
	}
	type key struct{ table, key string }
	seen := map[key]bool{}
	items := make([]types.TransactWriteItem, len(writes))
	for i, w := range writes {
		if w.Raw == nil {
			k := key{w.Table, w.Key}
			if seen[k] {
				return nil, fmt.Errorf("two writes to %s %s in one transaction: %w", w.Table, w.Key, event.ErrInvalid)
			}
			seen[k] = true
		}
		var err error
		if items[i], err = t.transactItem(w); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func (t *Tables) transactItem(w event.Write) (types.TransactWriteItem, error) {
	switch raw := w.Raw.(type) {
	case nil:
	case types.TransactWriteItem:
		return raw, nil
	case *types.TransactWriteItem:
		return *raw, nil
	default:
		return types.TransactWriteItem{}, fmt.Errorf("raw write is a %T, want a types.TransactWriteItem: %w", raw, event.ErrInvalid)
	}
	row, err := rowItem(w)
	if err != nil {
		return types.TransactWriteItem{}, fmt.Errorf("%s %s: %w", w.Table, w.Key, err)
	}
	put := &types.Put{
		TableName: t.table(w.Table), Item: row,
		ConditionExpression:      aws.String("attribute_not_exists(#version)"),
		ExpressionAttributeNames: map[string]string{"#version": "version"},
	}
	if w.Version != 0 {
		put.ConditionExpression = aws.String("#version = :version")
		put.ExpressionAttributeValues = item{":version": &types.AttributeValueMemberN{Value: strconv.FormatInt(w.Version, 10)}}
	}
	return types.TransactWriteItem{Put: put}, nil
}
