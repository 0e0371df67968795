package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// idle is the condition that no claimed attempt may be running.
const idle = "(attribute_not_exists(#lease) OR #lease <= :now)"

// Claim implements event.Ledger. It leaves the entry in the index as it is.
func (t *Tables) Claim(ctx context.Context, c event.Claim) (event.Delivery, error) {
	now, lease := format(c.Now, millis), format(c.Lease, millis)
	err := errors.Join(checkDelivery(c.DeliveryRef), checkKey("owner", c.Owner))
	if err == nil && lease <= now {
		err = fmt.Errorf("lease %s is not after now: %w", lease, event.ErrInvalid)
	}
	if err != nil {
		return event.Delivery{}, fmt.Errorf("claim: %w", err)
	}
	values := item{
		":waiting": str(string(event.Waiting)), ":owner": str(c.Owner), ":now": str(now), ":lease": str(lease),
		":open": str(openOf(event.Waiting, c.DeliveryRef)), ":action": str(c.Action), ":event": str(c.Event),
		":none": num("0"), ":one": num("1"),
	}
	update := "SET #state = :waiting, #owner = :owner, #lease = :lease, #updated = :now, #open = :open," +
		" #action = :action, #event = :event, #next = if_not_exists(#next, :now)," +
		" #sent = :now, #first = if_not_exists(#first, :now), #attempt = if_not_exists(#attempt, :none) + :one" +
		expiry(values, c.Expires) + " REMOVE #sender, #ensured"
	it, err := t.update(ctx, deliveryID(c.DeliveryRef), update,
		"attribute_not_exists(#id) OR (#state = :waiting AND #next <= :now AND "+idle+")", values)
	if err == nil {
		return parseDelivery(it)
	}
	old, ok := conditionFailed(err)
	if !ok || len(old) == 0 {
		return event.Delivery{}, fmt.Errorf("claim %s for %s: %w", c.Event, c.Action, err)
	}
	return lostClaim(c, old)
}

// lostClaim reads what an item that cannot be claimed means for the claim.
func lostClaim(c event.Claim, old item) (event.Delivery, error) {
	d, err := parseDelivery(old)
	switch {
	case err != nil:
		return d, err
	case d.State != event.Waiting:
		return d, fmt.Errorf("claim %s for %s: %w", c.Event, c.Action, event.ErrFinished)
	case d.Owner == c.Owner && format(d.Lease, millis) == format(c.Lease, millis): // our own, its reply was lost
		return d, nil
	}
	return d, fmt.Errorf("claim %s for %s: %w", c.Event, c.Action, event.ErrNotDue)
}

func expiry(values item, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	values[":expires"] = num(strconv.FormatInt(at.Unix(), 10))
	return ", #expires = :expires"
}

// update changes one item of the table of deliveries and returns the new one.
func (t *Tables) update(ctx context.Context, id, update, condition string, values item) (item, error) {
	out, err := t.client.UpdateItem(ctx, &ddb.UpdateItemInput{
		TableName: t.table("deliveries"), Key: key(id),
		UpdateExpression: &update, ConditionExpression: &condition,
		ExpressionAttributeNames:            used(&update, &condition),
		ExpressionAttributeValues:           values,
		ReturnValues:                        ddb.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: allOld,
	})
	if err != nil {
		return nil, err
	}
	return item(out.Attributes), nil
}
