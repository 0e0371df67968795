package dynamo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// The values of the attribute pending. A stream filter and earlier releases read
// whether it is there. It is in the index by receipt, so that a walk knows whose work
// is left.
const (
	pending        = "*"       // dispatch publishes it
	pendingFetch   = "fetch"   // function fetch does, once it has fetched the object
	pendingFetched = "fetched" // it has
)

// Put implements event.Store.
func (t *Tables) Put(ctx context.Context, e event.Event, expires time.Time) (event.Result, error) {
	it, err := t.eventItem(e, expires)
	if err != nil {
		return 0, fmt.Errorf("put %s: %w", e.ID, err)
	}
	return t.put(ctx, e, it)
}

// Import implements event.Store.
func (t *Tables) Import(ctx context.Context, e event.Event, subscribers []string, expires time.Time) (event.Result, error) {
	it, err := t.eventItem(e, expires)
	if err != nil {
		return 0, fmt.Errorf("import %s: %w", e.ID, err)
	}
	delete(it, "pending") // neither the stream nor a sweep publishes it
	it["wanted"] = &ddb.AttributeValueMemberSS{Value: subscribers}
	return t.put(ctx, e, it)
}

// put stores the item unless its key is taken.
func (t *Tables) put(ctx context.Context, e event.Event, it item) (event.Result, error) {
	ours := nonce()
	it["nonce"] = str(ours)
	_, err := t.client.PutItem(ctx, &ddb.PutItemInput{
		TableName: t.table("events"), Item: it,
		ConditionExpression:                 aws.String("attribute_not_exists(id)"),
		ReturnValuesOnConditionCheckFailure: allOld,
	})
	if err == nil {
		return event.ResultStored, nil
	}
	old, ok := conditionFailed(err)
	if !ok {
		return 0, fmt.Errorf("put %s: %w", e.ID, sized(err))
	}
	return known(e.Facts, old, ours), nil
}

// known is the result for an event whose id is taken by the old item.
func known(f event.Facts, old item, ours string) event.Result {
	r := &reader{item: old}
	if r.str("nonce") == ours { // our own write, its reply was lost
		return event.ResultStored
	}
	f.Created = f.Created.Truncate(time.Second)
	// An item that cannot be read is another event: it stays.
	switch stored := readStored(r); {
	case !stored.Erased.IsZero():
		return event.ResultDuplicate
	case r.err != nil || !stored.SameOccurrence(f):
		return event.ResultConflict
	case f.Thin():
		return event.ResultDuplicate
	case stored.Unfetched():
		return event.ResultUnfetched
	case stored.APIVersion != f.APIVersion:
		return event.ResultRendering
	}
	return event.ResultDuplicate
}

// PutRendering implements event.Store. The item has no key of an index and is not
// pending.
func (t *Tables) PutRendering(ctx context.Context, e event.Event, release string, expires time.Time) error {
	err := checkEvent(e.ID)
	if err != nil {
		return fmt.Errorf("put rendering of %s: %w", e.ID, err)
	}
	e.ID = event.RenderingID(e.ID, release)
	it, err := t.bodyItem(e, expires)
	if err != nil {
		return fmt.Errorf("put %s: %w", e.ID, err)
	}
	_, err = t.client.PutItem(ctx, &ddb.PutItemInput{
		TableName: t.table("events"), Item: it, ConditionExpression: aws.String("attribute_not_exists(id)"),
	})
	if _, taken := conditionFailed(err); err != nil && !taken {
		return fmt.Errorf("put %s: %w", e.ID, sized(err))
	}
	return nil
}

// eventItem is the pending item of an event, with the keys of its indexes.
func (t *Tables) eventItem(e event.Event, expires time.Time) (item, error) {
	if err := checkEvent(e.ID); err != nil {
		return nil, err
	}
	it, err := plainItem(e, expires)
	if err != nil {
		return nil, err
	}
	it["pending"] = str(pending)
	if e.Thin() {
		it["pending"] = str(pendingFetch)
	}
	it["shard"] = str(receivedKey(event.Shard(e.ID, event.ReceiptShards)))
	it.index(e.Facts)
	return it, t.hold(it, e.Body)
}

// index adds the keys of the indexes that follow from the facts.
func (it item) index(f event.Facts) {
	it.set("subject_key", indexKey(f.Scope, "subject", f.Subject))
	it.set("customer_key", indexKey(f.Scope, "customer", f.Customer))
}

// bodyItem has the facts and the signed bytes of an event.
func (t *Tables) bodyItem(e event.Event, expires time.Time) (item, error) {
	it, err := plainItem(e, expires)
	if err != nil {
		return nil, err
	}
	return it, t.hold(it, e.Body)
}

// plainItem has the facts of an event.
func plainItem(e event.Event, expires time.Time) (item, error) {
	for _, at := range []time.Time{e.Created, e.Received} {
		if y := at.UTC().Year(); y < 1 || y > 9999 {
			return nil, fmt.Errorf("time in year %d: %w", y, event.ErrInvalid)
		}
	}
	it := factsItem(e.Facts)
	it.expire(expires)
	return it, nil
}

// written is the size of the item when it has its nonce.
func (it item) written() int { return it.size() + len("nonce") + 24 }

// hold adds the body, if the item fits with it.
func (t *Tables) hold(it item, body []byte) error {
	if err := t.bodies.pack(it, body); err != nil {
		return err
	}
	return it.fits()
}

// fits is ErrTooLarge for an item without the room that later writes need.
func (it item) fits() error {
	if n := it.written(); n > itemLimit-reserve {
		return fmt.Errorf("item of %d bytes: %w", n, event.ErrTooLarge)
	}
	return nil
}

// MarkPublished implements event.Store.
func (t *Tables) MarkPublished(ctx context.Context, id string, subscribers []string) error {
	in := &ddb.UpdateItemInput{
		TableName: t.table("events"), Key: key(id),
		UpdateExpression:    aws.String("REMOVE pending"),
		ConditionExpression: aws.String("attribute_exists(id)"),
	}
	if len(subscribers) > 0 {
		in.UpdateExpression = aws.String("REMOVE pending ADD wanted :wanted")
		in.ExpressionAttributeValues = item{":wanted": &ddb.AttributeValueMemberSS{
			Value: slices.Compact(slices.Sorted(slices.Values(subscribers))),
		}}
	}
	err := checkKey("event id", id)
	if err == nil {
		_, err = t.client.UpdateItem(ctx, in)
	} else {
		err = event.ErrNotFound
	}
	if _, ok := conditionFailed(err); ok {
		err = event.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("mark %s published: %w", id, err)
	}
	return nil
}
