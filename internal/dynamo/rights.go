package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// probeEvent is no id of Stripe's, so no delivery has the key ACTION#probe.
const probeEvent = "probe"

// MayRead reports whether the credentials may read the action's items.
func (t *Tables) MayRead(ctx context.Context, action string) (bool, error) {
	_, err := t.get(ctx, "deliveries", probeKey(action))
	return authorized(err)
}

// MayCommit reports whether the credentials may write the action's items in a
// transaction. No item meets the condition, so nothing is ever written. IAM
// decides first: an authorized transaction fails on the condition instead.
func (t *Tables) MayCommit(ctx context.Context, action string) (bool, error) {
	reasons, err := t.transact(ctx, []ddb.TransactWriteItem{{Update: &ddb.Update{
		TableName: t.table("deliveries"), Key: probeKey(action),
		UpdateExpression:          aws.String("SET #probe = :yes"),
		ConditionExpression:       aws.String("attribute_exists(#id) AND attribute_not_exists(#id)"),
		ExpressionAttributeNames:  map[string]string{"#id": "id", "#probe": "probe"},
		ExpressionAttributeValues: item{":yes": yes},
	}}})
	if err == nil {
		return true, errors.New("the transaction of a probe was committed although its condition cannot hold")
	}
	if len(reasons) > 0 && aws.ToString(reasons[0].Code) == codeConditionFailed {
		return true, nil
	}
	return authorized(err)
}

func probeKey(action string) item {
	return item{"id": str(deliveryID(event.DeliveryRef{Action: action, Event: probeEvent}))}
}

// authorized distinguishes a call that IAM denied from one that was done or failed.
func authorized(err error) (bool, error) {
	var api smithy.APIError
	switch {
	case err == nil:
		return true, nil
	case errors.As(err, &api) && api.ErrorCode() == "AccessDeniedException":
		return false, nil
	}
	return false, fmt.Errorf("probe the deliveries table: %w", err)
}
