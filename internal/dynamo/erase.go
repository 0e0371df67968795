package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

var _ event.Erasure = (*Tables)(nil)

// walk reads a page of a table whose key is id alone.
func (t *Tables) walk(ctx context.Context, table, after string) (its []item, next string, err error) {
	in := &ddb.ScanInput{TableName: t.table(table), ConsistentRead: aws.Bool(true)}
	if after != "" {
		in.ExclusiveStartKey = key(after)
	}
	out, err := t.client.Scan(ctx, in)
	if err != nil {
		return nil, "", fmt.Errorf("scan %s: %w", table, err)
	}
	for _, it := range out.Items {
		its = append(its, item(it))
	}
	return its, (&reader{item: item(out.LastEvaluatedKey)}).str("id"), nil
}

// Items implements event.Erasure.
func (t *Tables) Items(ctx context.Context, after string) (page []event.Stored, next string, err error) {
	its, next, err := t.walk(ctx, "events", after)
	if err != nil {
		return nil, "", err
	}
	var unreadable []error
	for _, it := range its {
		r := &reader{item: it}
		s := readStored(r)
		if r.body(&s); r.err != nil && !errors.Is(r.err, event.ErrErased) {
			unreadable = append(unreadable, fmt.Errorf("event %s: %w", s.ID, r.err))
		}
		page = append(page, s)
	}
	return page, next, errors.Join(unreadable...)
}

// Records implements event.Erasure.
func (t *Tables) Records(ctx context.Context, after string) (ds []event.Delivery, es []event.Effect, next string, err error) {
	its, next, err := t.walk(ctx, "deliveries", after)
	if err != nil {
		return nil, nil, "", err
	}
	var unreadable []error
	for _, it := range its {
		if strings.Contains((&reader{item: it}).str("id"), "#effect#") {
			e, err := parseEffect(it)
			es, unreadable = append(es, e), append(unreadable, err)
			continue
		}
		d, err := parseDelivery(it)
		ds, unreadable = append(ds, d), append(unreadable, err)
	}
	return ds, es, next, errors.Join(unreadable...)
}

// EraseItem implements event.Erasure.
func (t *Tables) EraseItem(ctx context.Context, s event.Stored, at time.Time) error {
	err := checkKey("event id", s.ID)
	if err == nil {
		it := factsItem(event.Facts{ID: s.ID, Type: s.Type, Created: s.Created, Scope: s.Scope, Received: s.Received})
		it.at("erased", at)
		it.expire(event.ErasedUntil(s.Expires, at))
		_, err = t.client.PutItem(ctx, &ddb.PutItemInput{TableName: t.table("events"), Item: it})
	}
	if err != nil {
		return fmt.Errorf("erase %s: %w", s.ID, err)
	}
	return nil
}

// EraseDelivery implements event.Erasure.
func (t *Tables) EraseDelivery(ctx context.Context, d event.Delivery) error {
	err := checkDelivery(d.Ref())
	if err == nil {
		left := event.Delivery{Event: d.Event, Action: d.Action, State: d.State, Owner: nonce(), Next: d.Updated, Updated: d.Updated, By: d.By, Expires: d.Expires}
		_, err = t.client.PutItem(ctx, &ddb.PutItemInput{TableName: t.table("deliveries"), Item: deliveryItem(left)})
	}
	if err != nil {
		return fmt.Errorf("erase the delivery of %s to %s: %w", d.Event, d.Action, err)
	}
	return nil
}

// EraseEffect implements event.Erasure.
func (t *Tables) EraseEffect(ctx context.Context, e event.Effect, at time.Time) error {
	err := checkEffect(e.EffectRef)
	switch {
	case err != nil:
	case e.Read():
		_, err = t.client.DeleteItem(ctx, &ddb.DeleteItemInput{TableName: t.table("deliveries"), Key: key(effectID(e.EffectRef))})
	default:
		_, err = t.update(ctx, effectID(e.EffectRef), "SET #owner = :owner, #updated = :at, #result = :none REMOVE #error, #operator", "attribute_exists(#id)", item{
			":owner": str(nonce()), ":at": str(format(at, millis)), ":none": str(string(event.NoResult)),
		})
		if _, gone := conditionFailed(err); gone {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("erase the effect %s: %w", e.Key, err)
	}
	return nil
}

// RemoveRow implements event.Erasure. A row that is not there is removed: the SDK repeats
// a call whose reply was lost.
func (t *Tables) RemoveRow(ctx context.Context, table, id string, version int64) error {
	err := errors.Join(checkKey("table", table), checkKey("key", id))
	in := &ddb.DeleteItemInput{
		TableName: t.table(table), Key: key(id),
		ConditionExpression: aws.String("attribute_not_exists(#version)"), ExpressionAttributeNames: map[string]string{"#version": "version"},
	}
	if version != 0 {
		in.ConditionExpression = aws.String("attribute_not_exists(#version) OR #version = :version")
		in.ExpressionAttributeValues = item{":version": num(strconv.FormatInt(version, 10))}
	}
	if err == nil {
		_, err = t.client.DeleteItem(ctx, in)
	}
	if _, moved := conditionFailed(err); moved {
		err = event.ErrConflict
	}
	if err != nil {
		return fmt.Errorf("remove %s %s: %w", table, id, err)
	}
	return nil
}
