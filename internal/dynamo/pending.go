package dynamo

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// MarkOnBus implements event.Store.
func (t *Tables) MarkOnBus(ctx context.Context, id string) error {
	if checkEvent(id) != nil {
		return nil
	}
	_, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: t.table("events"), Key: key(id),
		UpdateExpression:          aws.String("SET published = :yes"),
		ConditionExpression:       aws.String("attribute_exists(pending)"),
		ExpressionAttributeValues: item{":yes": yes},
	})
	if _, ok := conditionFailed(err); ok || err == nil {
		return nil
	}
	return fmt.Errorf("mark %s as on the bus: %w", id, err)
}

// StillPending implements event.Store. A hundred events take one request.
func (t *Tables) StillPending(ctx context.Context, ids []string) (map[string]bool, error) {
	pending := map[string]bool{}
	for chunk := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(ids))), batchSize) {
		var keys []item
		for _, id := range chunk {
			if checkEvent(id) == nil {
				keys = append(keys, key(id))
			}
		}
		found, err := t.batchGet(ctx, map[string][]item{"events": keys})
		if err != nil {
			return nil, fmt.Errorf("look for pending events: %w", err)
		}
		for _, it := range found["events"] {
			r := &reader{item: it}
			if s := readStored(r); s.Pending && !s.OnBus {
				pending[s.ID] = true
			}
		}
	}
	return pending, nil
}
