package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// Write implements event.Ledger. It is a transaction of one item, whose token
// sets a repeat of ours apart from another write.
func (t *Tables) Write(ctx context.Context, w event.Write) error {
	items, err := t.transactItems([]event.Write{w})
	if err == nil && w.Raw == nil && !w.Derived {
		items[0].Put.Item[direct] = yes
	}
	if err == nil {
		var reasons []ddb.CancellationReason
		if reasons, err = t.transact(ctx, items); err != nil {
			err = cancelled(reasons, err)
		}
	}
	if err != nil {
		return fmt.Errorf("write %s %s: %w", w.Table, w.Key, err)
	}
	return nil
}

// transact commits the items. A cancelled transaction has a reason for each.
func (t *Tables) transact(ctx context.Context, items []ddb.TransactWriteItem) ([]ddb.CancellationReason, error) {
	_, err := t.client.TransactWriteItems(ctx, &ddb.TransactWriteItemsInput{
		TransactItems: items, ClientRequestToken: aws.String(nonce()),
	})
	var c *ddb.TransactionCanceledException
	if errors.As(err, &c) {
		return c.CancellationReasons, err
	}
	return nil, err
}

const codeConditionFailed = "ConditionalCheckFailed"

// cancelled is the error of a transaction that was not committed: ErrInvalid if
// it can never succeed, else ErrConflict if another try may.
func cancelled(reasons []ddb.CancellationReason, err error) error {
	var conflict error
	for i, r := range reasons {
		switch aws.ToString(r.Code) {
		case "ValidationError", "ItemCollectionSizeLimitExceeded":
			return fmt.Errorf("item %d: %s: %w", i, aws.ToString(r.Message), event.ErrInvalid)
		case codeConditionFailed, "TransactionConflict":
			conflict = fmt.Errorf("item %d: %w", i, event.ErrConflict)
		}
	}
	if conflict != nil {
		return conflict
	}
	return invalid(err)
}

func (t *Tables) transactItems(writes []event.Write) ([]ddb.TransactWriteItem, error) {
	if len(writes) >= maxItems {
		return nil, fmt.Errorf("%d writes, a transaction takes %d besides the delivery: %w", len(writes), maxItems-1, event.ErrInvalid)
	}
	type key struct{ table, key string }
	seen := map[key]bool{}
	items := make([]ddb.TransactWriteItem, len(writes))
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

func (t *Tables) transactItem(w event.Write) (ddb.TransactWriteItem, error) {
	if w.Raw != nil {
		return rawItem(w.Raw)
	}
	row, err := rowItem(w)
	if err != nil {
		return ddb.TransactWriteItem{}, fmt.Errorf("%s %s: %w", w.Table, w.Key, err)
	}
	put := &ddb.Put{
		TableName: t.table(w.Table), Item: row,
		ConditionExpression:      aws.String("attribute_not_exists(#version)"),
		ExpressionAttributeNames: map[string]string{"#version": "version"},
	}
	if w.Version != 0 {
		put.ConditionExpression = aws.String("#version = :version")
		put.ExpressionAttributeValues = item{":version": num(strconv.FormatInt(w.Version, 10))}
	}
	return ddb.TransactWriteItem{Put: put}, nil
}

// rawItem is a transact item of a team's function, which has the SDK's type, or ours.
func rawItem(raw any) (it ddb.TransactWriteItem, err error) {
	err = ddb.Copy(&it, raw)
	set := 0
	for _, is := range []bool{it.Put != nil, it.Update != nil, it.Delete != nil, it.ConditionCheck != nil} {
		if is {
			set++
		}
	}
	switch {
	case err != nil:
		return it, fmt.Errorf("raw write is a %T, expected a types.TransactWriteItem of the SDK's service/dynamodb: %w: %w", raw, err, event.ErrInvalid)
	case set != 1:
		return it, fmt.Errorf("raw write sets %d of Put, Update, Delete and ConditionCheck, expected one: several are several calls: %w", set, event.ErrInvalid)
	}
	return it, nil
}
