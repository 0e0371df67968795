package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// Commit implements event.Ledger. Without writes it is one put, at half the
// price of a transaction.
func (t *Tables) Commit(ctx context.Context, c event.Commit) error {
	if err := errors.Join(checkDelivery(c.Ref()), checkKey("owner", c.Owner), checkKey("state", string(c.State))); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	var err error
	if len(c.Writes) == 0 {
		err = t.commitAlone(ctx, c)
	} else {
		err = t.commitWith(ctx, c)
	}
	if err != nil {
		return fmt.Errorf("commit %s for %s: %w", c.Event, c.Action, err)
	}
	return nil
}

// commitPut puts the record on the condition that the attempt may commit.
func (t *Tables) commitPut(c event.Commit) *ddb.Put {
	d := c.Delivery
	d.Ensured, d.Lease = false, time.Time{}
	condition := aws.String("attribute_not_exists(#id) OR #ensured = :yes")
	values := item{":yes": yes}
	if c.Claimed {
		condition = aws.String("#owner = :owner AND #state = :waiting")
		values = item{":owner": str(c.Owner), ":waiting": str(string(event.Waiting))}
	}
	return &ddb.Put{
		TableName: t.table("deliveries"), Item: deliveryItem(d),
		ConditionExpression: condition, ExpressionAttributeNames: used(condition), ExpressionAttributeValues: values,
		ReturnValuesOnConditionCheckFailure: allOld,
	}
}

func (t *Tables) commitAlone(ctx context.Context, c event.Commit) error {
	put := t.commitPut(c)
	_, err := t.client.PutItem(ctx, &ddb.PutItemInput{
		TableName: put.TableName, Item: put.Item,
		ConditionExpression:                 put.ConditionExpression,
		ExpressionAttributeNames:            put.ExpressionAttributeNames,
		ExpressionAttributeValues:           put.ExpressionAttributeValues,
		ReturnValuesOnConditionCheckFailure: put.ReturnValuesOnConditionCheckFailure,
	})
	if old, ok := conditionFailed(err); ok {
		return fenced(old, c)
	}
	if busy := (*smithy.GenericAPIError)(nil); errors.As(err, &busy) && busy.Code == ddb.TransactionConflict {
		return fmt.Errorf("%w: %w", event.ErrConflict, err)
	}
	return invalid(sized(err))
}

// fenced is nil if old is the record that this very commit wrote and whose
// reply was lost: nobody else has its owner.
func fenced(old item, c event.Commit) error {
	r := &reader{item: old}
	if r.str("owner") == c.Owner && r.str("state") == string(c.State) {
		return nil
	}
	return event.ErrFenced
}

func (t *Tables) commitWith(ctx context.Context, c event.Commit) error {
	items, err := t.transactItems(c.Writes)
	if err != nil {
		return err
	}
	reasons, err := t.transact(ctx, append([]ddb.TransactWriteItem{{Put: t.commitPut(c)}}, items...))
	if err == nil {
		return nil
	}
	if len(reasons) > 0 && aws.ToString(reasons[0].Code) == codeConditionFailed {
		return fenced(item(reasons[0].Item), c)
	}
	return cancelled(reasons, err)
}
