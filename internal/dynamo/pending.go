package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
)

// MarkOnBus implements event.Store.
func (t *Tables) MarkOnBus(ctx context.Context, id string) error {
	if checkEvent(id) != nil {
		return nil
	}
	_, err := t.client.UpdateItem(ctx, &ddb.UpdateItemInput{
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
