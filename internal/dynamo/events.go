package dynamo

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/event"
)

// everyone is the value of pending that is for all actions.
const everyone = "*"

// Put implements event.Store.
func (t *Tables) Put(ctx context.Context, e event.Event, expires time.Time) (event.PutResult, error) {
	it, err := eventItem(e, expires)
	if err != nil {
		return 0, fmt.Errorf("put %s: %w", e.ID, err)
	}
	ours := nonce()
	it["nonce"] = str(ours)
	_, err = t.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: t.table("events"), Item: it,
		ConditionExpression:                 aws.String("attribute_not_exists(id)"),
		ReturnValuesOnConditionCheckFailure: allOld,
	})
	if err == nil {
		return event.PutStored, nil
	}
	old, ok := refused(err)
	if !ok {
		return 0, fmt.Errorf("put %s: %w", e.ID, sized(err))
	}
	r := &reader{item: old}
	if r.str("nonce") == ours {
		return event.PutStored, nil
	}
	// What is there and cannot be read is another event: it stays.
	stored := readFacts(r)
	e.Created = e.Created.Truncate(time.Second)
	if r.err != nil || !stored.SameOccurrence(e.Facts) {
		return event.PutConflict, nil
	}
	return event.PutDuplicate, nil
}

// eventItem is the pending item of an event.
func eventItem(e event.Event, expires time.Time) (item, error) {
	if err := checkKey("event id", e.ID); err != nil {
		return nil, err
	}
	for _, at := range []time.Time{e.Created, e.Received} {
		if y := at.UTC().Year(); y < 1 || y > 9999 {
			return nil, fmt.Errorf("time in year %d: %w", y, event.ErrInvalid)
		}
	}
	body, err := compress(e.Body)
	if err != nil {
		return nil, err
	}
	it := factsItem(e.Facts)
	it["body"] = &types.AttributeValueMemberB{Value: body}
	it["pending"] = str(everyone)
	it["day"] = str(day(e.Received, shard(e.ID)))
	it.expire(expires)
	if n := it.size() + len("nonce") + 24; n > itemLimit-reserve {
		return nil, fmt.Errorf("item of %d bytes: %w", n, event.ErrTooLarge)
	}
	return it, nil
}

// Get implements event.Store. An item that cannot be read is returned as far
// as it can be, with an error that is ErrInvalid.
func (t *Tables) Get(ctx context.Context, id string) (event.Stored, error) {
	if id == "" || len(id) >= keyLimit {
		return event.Stored{}, fmt.Errorf("get event: %w", event.ErrNotFound)
	}
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: t.table("events"), Key: item{"id": str(id)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return event.Stored{}, fmt.Errorf("get %s: %w", id, err)
	}
	if out.Item == nil {
		return event.Stored{}, fmt.Errorf("get %s: %w", id, event.ErrNotFound)
	}
	r := &reader{item: out.Item}
	s := readStored(r)
	if raw := r.bytes("body"); r.err == nil {
		s.Body, r.err = decompress(raw)
	}
	if r.err != nil {
		return s, fmt.Errorf("get %s: %w", id, r.err)
	}
	return s, nil
}

// MarkPublished implements event.Store. It takes a second request in the rare case
// that a replay for another action came in between: that one stays pending.
func (t *Tables) MarkPublished(ctx context.Context, id string, wanted []string) error {
	if checkKey("event id", id) != nil {
		return fmt.Errorf("published %s: %w", id, event.ErrNotFound)
	}
	in := &dynamodb.UpdateItemInput{
		Key:                                 item{"id": str(id)},
		UpdateExpression:                    aws.String("REMOVE pending"),
		ConditionExpression:                 aws.String("attribute_exists(id)"),
		ReturnValuesOnConditionCheckFailure: allOld,
	}
	if len(wanted) == 0 {
		return t.updateEvent(ctx, "published", id, in)
	}
	wanted = slices.Compact(slices.Sorted(slices.Values(wanted)))
	in.UpdateExpression = aws.String("REMOVE pending ADD wanted :wanted")
	in.ExpressionAttributeValues = item{":wanted": &types.AttributeValueMemberSS{Value: wanted}, ":everyone": str(everyone)}
	in.ConditionExpression = aws.String("attribute_exists(id) AND (attribute_not_exists(pending) OR pending IN (" + oneOf(in, wanted) + "))")
	_, err := t.client.UpdateItem(ctx, named(in, t.table("events")))
	if old, ok := refused(err); ok && len(old) > 0 {
		return t.updateEvent(ctx, "published", id, &dynamodb.UpdateItemInput{
			Key:                       in.Key,
			UpdateExpression:          aws.String("ADD wanted :wanted"),
			ConditionExpression:       aws.String("attribute_exists(id)"),
			ExpressionAttributeValues: item{":wanted": in.ExpressionAttributeValues[":wanted"]},
		})
	}
	return eventError("published", id, err)
}

// oneOf adds the values of pending that publishing to wanted has served, and
// returns their placeholders. IN takes a hundred.
func oneOf(in *dynamodb.UpdateItemInput, wanted []string) string {
	places := []string{":everyone"}
	for i, action := range wanted[:min(len(wanted), 99)] {
		place := ":w" + strconv.Itoa(i)
		in.ExpressionAttributeValues[place] = str(action)
		places = append(places, place)
	}
	return strings.Join(places, ",")
}

// Republish implements event.Store. An event that is pending for others
// already becomes pending for all, so that no request is forgotten; that takes
// a second request. Every call makes a record in the table's stream.
func (t *Tables) Republish(ctx context.Context, id, only string) error {
	if checkKey("event id", id) != nil {
		return fmt.Errorf("republish %s: %w", id, event.ErrNotFound)
	}
	replay := nonce() // an update that changes nothing makes no stream record
	all := &dynamodb.UpdateItemInput{
		Key:                       item{"id": str(id)},
		UpdateExpression:          aws.String("SET pending = :pending, replay = :replay"),
		ConditionExpression:       aws.String("attribute_exists(id)"),
		ExpressionAttributeValues: item{":pending": str(everyone), ":replay": str(replay)},
	}
	if only == "" {
		return t.updateEvent(ctx, "republish", id, all)
	}
	one := *all
	one.ExpressionAttributeValues = item{":pending": str(only), ":replay": str(replay)}
	one.ConditionExpression = aws.String("attribute_exists(id) AND (attribute_not_exists(pending) OR pending = :pending)")
	one.ReturnValuesOnConditionCheckFailure = allOld
	_, err := t.client.UpdateItem(ctx, named(&one, t.table("events")))
	if old, ok := refused(err); ok && len(old) > 0 {
		return t.updateEvent(ctx, "republish", id, all)
	}
	return eventError("republish", id, err)
}

func (t *Tables) updateEvent(ctx context.Context, what, id string, in *dynamodb.UpdateItemInput) error {
	_, err := t.client.UpdateItem(ctx, named(in, t.table("events")))
	return eventError(what, id, err)
}

func named(in *dynamodb.UpdateItemInput, table *string) *dynamodb.UpdateItemInput {
	in.TableName = table
	return in
}

func eventError(what, id string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := refused(err); ok {
		return fmt.Errorf("%s %s: %w", what, id, event.ErrNotFound)
	}
	return fmt.Errorf("%s %s: %w", what, id, err)
}
