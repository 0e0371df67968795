package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// Ensure implements event.Ledger.
func (t *Tables) Ensure(ctx context.Context, e event.Ensured) error {
	if err := checkDelivery(e.DeliveryRef); err != nil {
		return fmt.Errorf("ensure: %w", err)
	}
	condition := aws.String("attribute_not_exists(#id)")
	_, err := t.client.PutItem(ctx, &ddb.PutItemInput{
		TableName: t.table("deliveries"),
		Item: deliveryItem(event.Delivery{
			Event: e.Event, Action: e.Action, State: event.Waiting, Ensured: true,
			Next: e.Now, Sent: e.Sent, Updated: e.Now, Expires: e.Expires,
		}),
		ConditionExpression: condition, ExpressionAttributeNames: used(condition),
	})
	if _, ok := conditionFailed(err); ok || err == nil {
		return nil
	}
	return fmt.Errorf("ensure %s for %s: %w", e.Event, e.Action, err)
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
