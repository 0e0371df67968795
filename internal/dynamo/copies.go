package dynamo

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// Copies returns the copies of the stack's tables. It makes no request.
func (t *Tables) Copies() event.Copies { return copies{t} }

// copies implements event.Copies.
type copies struct{ tables *Tables }

// copiedItem is event.Copied's Item: an item, and its primary key, hash first.
type copiedItem struct {
	item item
	keys []string
}

func (c copies) Describe(ctx context.Context, name string) (event.Table, error) {
	out, err := c.tables.client.DescribeTable(ctx, &ddb.DescribeTableInput{TableName: &name})
	var none *smithy.GenericAPIError
	if errors.As(err, &none) && none.Code == "ResourceNotFoundException" {
		err = event.ErrNotFound
	}
	if err != nil {
		return event.Table{}, fmt.Errorf("describe table %s: %w", name, err)
	}
	kinds := map[string]string{}
	for _, a := range out.Table.AttributeDefinitions {
		kinds[a.AttributeName] = a.AttributeType
	}
	d := event.Table{Name: name, Status: out.Table.TableStatus}
	for _, k := range out.Table.KeySchema {
		key := k.AttributeName
		d.Keys = append(d.Keys, event.Key{Name: key, Type: kinds[key], Role: k.KeyType})
	}
	return d, nil
}

func (c copies) Page(ctx context.Context, copied event.Table, table, after string) (items []event.Copied, next string, err error) {
	start, err := parsePosition(after)
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", copied.Name, err)
	}
	out, err := c.tables.client.Scan(ctx, &ddb.ScanInput{
		TableName: &copied.Name, ExclusiveStartKey: start, Limit: aws.Int32(batchSize), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", copied.Name, err)
	}
	for _, it := range out.Items {
		items = append(items, readCopied(copied, table, item(it)))
	}
	return items, position(item(out.LastEvaluatedKey)), nil
}

// Missing implements event.Copies. A hundred items take one request.
func (c copies) Missing(ctx context.Context, table string, items []event.Copied) (missing []event.Copied, err error) {
	if len(items) == 0 {
		return nil, nil
	}
	asked := ddb.KeysAndAttributes{ConsistentRead: aws.Bool(true), ExpressionAttributeNames: map[string]string{}}
	for _, one := range items {
		copied, err := itemOf(one)
		if err != nil {
			return nil, err
		}
		asked.Keys = append(asked.Keys, ddb.Item(copied.key()))
		asked.ProjectionExpression = aws.String(placeholders(copied.keys, asked.ExpressionAttributeNames))
	}
	found, err := c.tables.collect(ctx, map[string]ddb.KeysAndAttributes{c.tables.Name(table): asked})
	if err != nil {
		return nil, fmt.Errorf("look for items in %s: %w", table, err)
	}
	there := map[string]bool{}
	for _, it := range found[c.tables.Name(table)] {
		there[position(it)] = true
	}
	for i, one := range items {
		if !there[position(item(asked.Keys[i]))] {
			missing = append(missing, one)
		}
	}
	return missing, nil
}

func (c copies) PutBack(ctx context.Context, table string, one event.Copied) (bool, error) {
	copied, err := itemOf(one)
	if err != nil {
		return false, err
	}
	_, err = c.tables.client.PutItem(ctx, &ddb.PutItemInput{
		TableName: c.tables.table(table), Item: copied.item,
		ConditionExpression:                 aws.String("attribute_not_exists(#key)"),
		ExpressionAttributeNames:            map[string]string{"#key": copied.keys[0]},
		ReturnValuesOnConditionCheckFailure: allOld,
	})
	if err == nil {
		return true, nil
	}
	old, ok := conditionFailed(err)
	if !ok {
		return false, fmt.Errorf("put %s back into %s: %w", one.Key, table, err)
	}
	return reflect.DeepEqual(ordered(old), ordered(copied.item)), nil // our own write, its reply was lost
}

func itemOf(one event.Copied) (copiedItem, error) {
	copied, ok := one.Item.(copiedItem)
	if !ok {
		return copied, fmt.Errorf("%s is a %T, expected an item of a page: %w", one.Key, one.Item, event.ErrInvalid)
	}
	return copied, nil
}

func (c copiedItem) key() item {
	k := item{}
	for _, name := range c.keys {
		k[name] = c.item[name]
	}
	return k
}

// ordered is the item with its sets of strings in order.
func ordered(it item) item {
	out := item{}
	for name, value := range it {
		if set, ok := value.(*ddb.AttributeValueMemberSS); ok {
			value = &ddb.AttributeValueMemberSS{Value: slices.Sorted(slices.Values(set.Value))}
		}
		out[name] = value
	}
	return out
}
