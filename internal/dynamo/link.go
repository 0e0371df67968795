package dynamo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// Link implements event.Store: one transaction, and for an id that is taken a read and
// an update more.
func (t *Tables) Link(ctx context.Context, l event.Link) error {
	if err := t.link(ctx, l); err != nil {
		return fmt.Errorf("link %s to %s: %w", l.Thin.ID, l.Event.ID, err)
	}
	return nil
}

func (t *Tables) link(ctx context.Context, l event.Link) error {
	if err := checkEvent(l.Event.ID); err != nil {
		return err
	}
	if l.Event.Fetched == nil {
		return t.join(ctx, l)
	}
	items, err := t.linkItems(l)
	if err != nil {
		return err
	}
	reasons, err := t.transact(ctx, items)
	if err == nil {
		return nil
	}
	failed := func(i int) bool {
		return i < len(reasons) && aws.ToString(reasons[i].Code) == codeConditionFailed
	}
	switch {
	case failed(1) && t.linked(item(reasons[1].Item), l):
		return nil // before, or by us and the reply was lost
	case len(items) == 3 && failed(2):
		return t.join(ctx, l)
	}
	return sized(cancelled(reasons, err))
}

// linked reports whether the item of the thin event says that it was linked.
func (t *Tables) linked(old item, l event.Link) bool {
	s := readStored(&reader{item: old})
	if l.Event.ID == l.Thin.ID {
		return !s.FetchedAt.IsZero()
	}
	return s.Occurrence == l.Event.ID
}

// linkItems are the payload, the change of the thin event's item and, under another
// id, the item of the occurrence.
func (t *Tables) linkItems(l event.Link) ([]ddb.TransactWriteItem, error) {
	payload := event.Event{Facts: l.Event.Facts, Body: l.Event.Fetched}
	payload.ID, payload.SentAs = payloadID(l.Event.ID), ""
	it, err := t.bodyItem(payload, l.Thin.Expires)
	if err != nil {
		return nil, err
	}
	items := []ddb.TransactWriteItem{{Put: t.putNew(it)}}
	if l.Event.ID == l.Thin.ID {
		return append(items, ddb.TransactWriteItem{Update: t.learn(l)}), nil
	}
	occurrence, err := t.occurrenceItem(l)
	if err != nil {
		return nil, err
	}
	return append(items, ddb.TransactWriteItem{Update: t.alias(l)}, ddb.TransactWriteItem{Put: t.putNew(occurrence)}), nil
}

func (t *Tables) putNew(it item) *ddb.Put {
	return &ddb.Put{TableName: t.table("events"), Item: it, ConditionExpression: aws.String("attribute_not_exists(id)")}
}

// occurrenceItem is the event under the id of the snapshot twin. It has the thin
// event's signed bytes.
func (t *Tables) occurrenceItem(l event.Link) (item, error) {
	it, err := t.eventItem(event.Event{Facts: l.Event.Facts, Body: l.Thin.Body}, l.Thin.Expires)
	if err != nil {
		return nil, err
	}
	it["pending"], it["nonce"] = str(pendingFetched), str(nonce())
	it.at("fetched", l.At)
	return it, it.fits()
}

// learn writes the facts to the event. One that is not pending is not published again
// by the stream.
func (t *Tables) learn(l event.Link) *ddb.Update {
	it := factsItem(l.Event.Facts)
	it.index(l.Event.Facts)
	it.at("fetched", l.At)
	switch {
	case l.Thin.Pending && l.Posted:
		it["pending"] = str(pending)
	case l.Thin.Pending:
		it["pending"] = str(pendingFetched)
	}
	delete(it, "id")
	names, values, sets := map[string]string{}, item{}, []string{}
	for name, value := range it {
		names["#"+name], values[":"+name] = name, value
		sets = append(sets, fmt.Sprintf("#%s = :%s", name, name))
	}
	slices.Sort(sets)
	return &ddb.Update{
		TableName: t.table("events"), Key: key(l.Thin.ID),
		UpdateExpression:         aws.String("SET " + strings.Join(sets, ", ")),
		ConditionExpression:      aws.String("attribute_exists(id) AND attribute_not_exists(#fetched) AND attribute_not_exists(erased)"),
		ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: allOld,
	}
}

// alias makes the thin event a rendering: it leaves all indexes.
func (t *Tables) alias(l event.Link) *ddb.Update {
	return &ddb.Update{
		TableName: t.table("events"), Key: key(l.Thin.ID),
		UpdateExpression:          aws.String("SET occurrence = :id REMOVE #shard, subject_key, customer_key, pending, published"),
		ConditionExpression:       aws.String("attribute_exists(id) AND attribute_not_exists(occurrence) AND attribute_not_exists(erased)"),
		ExpressionAttributeNames:  map[string]string{"#shard": "shard"},
		ExpressionAttributeValues: item{":id": str(l.Event.ID)}, ReturnValuesOnConditionCheckFailure: allOld,
	}
}

// join makes the thin event a rendering of an event that is there already.
func (t *Tables) join(ctx context.Context, l event.Link) error {
	it, err := t.get(ctx, "events", key(l.Event.ID))
	if err != nil {
		return err
	}
	r := &reader{item: it}
	if at := r.time("erased", millis); !at.IsZero() {
		return t.EraseItem(ctx, l.Thin, at)
	}
	if it == nil || !readFacts(r).SameOccurrence(l.Event.Facts) || r.err != nil {
		return fmt.Errorf("the id is another occurrence's: %w", event.ErrInvalid)
	}
	u := t.alias(l)
	_, err = t.client.UpdateItem(ctx, &ddb.UpdateItemInput{
		TableName: u.TableName, Key: u.Key, UpdateExpression: u.UpdateExpression, ConditionExpression: u.ConditionExpression,
		ExpressionAttributeNames: u.ExpressionAttributeNames, ExpressionAttributeValues: u.ExpressionAttributeValues,
		ReturnValuesOnConditionCheckFailure: allOld,
	})
	old, ok := conditionFailed(err)
	switch {
	case ok && t.linked(old, l):
		return nil
	case ok:
		return errors.Join(event.ErrConflict, err)
	}
	return err
}
