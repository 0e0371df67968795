package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/event"
)

// Claim implements event.Ledger.
func (t *Tables) Claim(ctx context.Context, c event.Claim) (event.Delivery, error) {
	if err := errors.Join(checkDelivery(c.Event, c.Action), checkKey("owner", c.Owner)); err != nil {
		return event.Delivery{}, fmt.Errorf("claim: %w", err)
	}
	now, lease := format(c.Now, millis), format(c.Lease, millis)
	if lease <= now {
		return event.Delivery{}, fmt.Errorf("claim %s: lease %s is not after now: %w", c.Event, lease, event.ErrInvalid)
	}
	values := item{
		":waiting": str(string(event.Waiting)), ":owner": str(c.Owner), ":now": str(now), ":lease": str(lease),
		":open": str(open(event.Waiting, shard(c.Event))), ":none": &types.AttributeValueMemberN{Value: "0"},
		":one": &types.AttributeValueMemberN{Value: "1"},
	}
	update := "SET #state = :waiting, #owner = :owner, #next = :lease, #updated = :now, #open = :open," +
		" #first = if_not_exists(#first, :now), #attempt = if_not_exists(#attempt, :none) + :one" +
		expiry(values, c.Expires) + " REMOVE #sent, #sender"
	it, err := t.updateDelivery(ctx, c.Event, c.Action, update,
		"attribute_not_exists(#event) OR (#state = :waiting AND #next <= :now)", values)
	if err == nil {
		return parseDelivery(it)
	}
	old, ok := refused(err)
	if !ok || len(old) == 0 {
		return event.Delivery{}, fmt.Errorf("claim %s for %s: %w", c.Event, c.Action, err)
	}
	d, err := parseDelivery(old)
	switch {
	case err != nil:
		return d, err
	case d.State != event.Waiting:
		return d, fmt.Errorf("claim %s for %s: %w", c.Event, c.Action, event.ErrFinished)
	case d.Owner == c.Owner && format(d.Next, millis) == lease: // our own, its reply was lost
		return d, nil
	}
	return d, fmt.Errorf("claim %s for %s: %w", c.Event, c.Action, event.ErrNotDue)
}

func expiry(values item, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	values[":expires"] = &types.AttributeValueMemberN{Value: strconv.FormatInt(at.Unix(), 10)}
	return ", #expires = :expires"
}

// updateDelivery returns the new item.
func (t *Tables) updateDelivery(ctx context.Context, id, action, update, condition string, values item) (item, error) {
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: t.table("deliveries"), Key: deliveryKey(id, action),
		UpdateExpression: &update, ConditionExpression: &condition,
		ExpressionAttributeNames:            used(&update, &condition),
		ExpressionAttributeValues:           values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: allOld,
	})
	if err != nil {
		return nil, err
	}
	return out.Attributes, nil
}

// Ensure implements event.Ledger.
func (t *Tables) Ensure(ctx context.Context, id, action string, now, expires time.Time) error {
	if err := checkDelivery(id, action); err != nil {
		return fmt.Errorf("owe: %w", err)
	}
	_, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: t.table("deliveries"),
		Item: deliveryItem(event.Delivery{
			Event: id, Action: action, State: event.Waiting, Next: now, Updated: now, Expires: expires,
		}),
		ConditionExpression:      aws.String("attribute_not_exists(#event)"),
		ExpressionAttributeNames: map[string]string{"#event": "event"},
	})
	if _, ok := refused(err); ok || err == nil {
		return nil
	}
	return fmt.Errorf("owe %s to %s: %w", id, action, err)
}

// ClaimRedelivery implements event.Ledger.
func (t *Tables) ClaimRedelivery(ctx context.Context, id, action string, now time.Time, quiet time.Duration) (bool, error) {
	if checkDelivery(id, action) != nil {
		return false, nil
	}
	ours := nonce()
	_, err := t.updateDelivery(ctx, id, action, "SET #sent = :now, #sender = :sender",
		"#state = :waiting AND (attribute_not_exists(#sent) OR #sent <= :before)", item{
			":waiting": str(string(event.Waiting)), ":sender": str(ours),
			":now": str(format(now, millis)), ":before": str(format(now.Add(-quiet), millis)),
		})
	if err == nil {
		return true, nil
	}
	if old, ok := refused(err); ok {
		r := &reader{item: old}
		return r.str("sender") == ours && r.str("state") == string(event.Waiting), nil
	}
	return false, fmt.Errorf("resend %s to %s: %w", id, action, err)
}
