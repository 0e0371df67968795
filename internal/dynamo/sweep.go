package dynamo

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/payhooks/payhooks/internal/event"
)

// Ensure implements event.Ledger.
func (t *Tables) Ensure(ctx context.Context, ref event.DeliveryRef, now, expires time.Time) error {
	if err := checkDelivery(ref); err != nil {
		return fmt.Errorf("ensure: %w", err)
	}
	condition := aws.String("attribute_not_exists(#id)")
	_, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: t.table("deliveries"),
		Item: deliveryItem(event.Delivery{
			Event: ref.Event, Action: ref.Action, State: event.Waiting, Ensured: true, Next: now, Updated: now, Expires: expires,
		}),
		ConditionExpression: condition, ExpressionAttributeNames: used(condition),
	})
	if _, ok := conditionFailed(err); ok || err == nil {
		return nil
	}
	return fmt.Errorf("ensure %s for %s: %w", ref.Event, ref.Action, err)
}

// ClaimRedelivery implements event.Ledger.
func (t *Tables) ClaimRedelivery(ctx context.Context, ref event.DeliveryRef, now time.Time, quiet time.Duration) (bool, error) {
	if checkDelivery(ref) != nil {
		return false, nil
	}
	ours := nonce()
	_, err := t.update(ctx, deliveryID(ref), "SET #sent = :now, #sender = :sender",
		"#state = :waiting AND "+idle+" AND (attribute_not_exists(#sent) OR #sent <= :before)", item{
			":waiting": str(string(event.Waiting)), ":sender": str(ours),
			":now": str(format(now, millis)), ":before": str(format(now.Add(-quiet), millis)),
		})
	if err == nil {
		return true, nil
	}
	if old, ok := conditionFailed(err); ok {
		r := &reader{item: old}
		return r.str("sender") == ours && r.str("state") == string(event.Waiting), nil
	}
	return false, fmt.Errorf("claim redelivery of %s for %s: %w", ref.Event, ref.Action, err)
}

// Unfinished implements event.Ledger. It queries the index shard by shard and
// takes two requests for a hundred deliveries.
func (t *Tables) Unfinished(ctx context.Context, s event.State, before time.Time) iter.Seq2[event.Delivery, error] {
	return func(yield func(event.Delivery, error) bool) {
		for n := range uint32(unfinishedShards) {
			for ids, err := range t.unfinishedPages(ctx, s, before, n) {
				var found map[string]item
				if err == nil {
					found, err = t.records(ctx, ids)
				}
				if err != nil {
					yield(event.Delivery{}, fmt.Errorf("unfinished: %w", err))
					return
				}
				if !yieldUnfinished(ids, found, s, before, yield) {
					return
				}
			}
		}
	}
}

// unfinishedPages yields the ids of one shard, a hundred at a time.
func (t *Tables) unfinishedPages(ctx context.Context, s event.State, before time.Time, shard uint32) iter.Seq2[[]string, error] {
	condition := aws.String("#open = :open AND #next < :before")
	in := &dynamodb.QueryInput{
		TableName: t.table("deliveries"), IndexName: aws.String("unfinished"), Limit: aws.Int32(batchSize),
		KeyConditionExpression: condition, ExpressionAttributeNames: used(condition),
		ExpressionAttributeValues: item{
			":open": str(openKey(s, shard)), ":before": str(format(ceil(before), millis)),
		},
	}
	return func(yield func([]string, error) bool) {
		for page, err := range pages(ctx, dynamodb.NewQueryPaginator(t.client, in)) {
			if err != nil {
				yield(nil, err)
				return
			}
			ids := make([]string, len(page.Items))
			for i, it := range page.Items {
				ids[i] = (&reader{item: it}).str("id")
			}
			if len(ids) > 0 && !yield(ids, nil) {
				return
			}
		}
	}
}

// yieldUnfinished yields those records of a page that are still in the state
// and due, and reports whether to continue. The index may be a moment behind.
func yieldUnfinished(ids []string, found map[string]item, s event.State, before time.Time, yield func(event.Delivery, error) bool) bool {
	for _, id := range ids {
		it, ok := found[id]
		if !ok {
			continue
		}
		d, err := parseDelivery(it)
		if err == nil && (d.State != s || !d.Next.Before(before)) {
			continue
		}
		if !yield(d, err) {
			return false
		}
	}
	return true
}
