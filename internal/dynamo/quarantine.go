package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/event"
)

// Hold implements event.Quarantine.
func (t *Tables) Hold(ctx context.Context, q event.Quarantined) error {
	it, err := quarantineItem(q)
	if err != nil {
		return fmt.Errorf("hold %s: %w", q.ID, err)
	}
	_, err = t.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: t.table("quarantine"), Item: it,
		ConditionExpression: aws.String("attribute_not_exists(id)"),
	})
	if _, ok := refused(err); ok || err == nil {
		return nil
	}
	return fmt.Errorf("hold %s: %w", q.ID, sized(err))
}

func quarantineItem(q event.Quarantined) (item, error) {
	if err := errors.Join(checkKey("endpoint", q.Endpoint), checkKey("id", q.ID)); err != nil {
		return nil, err
	}
	body, err := compress(q.Body)
	if err != nil {
		return nil, err
	}
	it := item{
		"endpoint": str(q.Endpoint), "id": str(q.ID),
		"received": str(format(q.Received, millis)),
		"body":     &types.AttributeValueMemberB{Value: body},
	}
	it.set("reason", q.Reason)
	it.set("type", q.Type)
	it.expire(q.Expires)
	if n := it.size(); n > itemLimit {
		return nil, fmt.Errorf("item of %d bytes: %w", n, event.ErrTooLarge)
	}
	return it, nil
}

// Held implements event.Quarantine.
func (t *Tables) Held(ctx context.Context, endpoint, id string) (event.Quarantined, error) {
	if checkKey("endpoint", endpoint) != nil || checkKey("id", id) != nil {
		return event.Quarantined{}, fmt.Errorf("held %s: %w", id, event.ErrNotFound)
	}
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: t.table("quarantine"), Key: item{"endpoint": str(endpoint), "id": str(id)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return event.Quarantined{}, fmt.Errorf("held %s: %w", id, err)
	}
	if out.Item == nil {
		return event.Quarantined{}, fmt.Errorf("held %s: %w", id, event.ErrNotFound)
	}
	r := &reader{item: out.Item}
	q := readQuarantined(r)
	if raw := r.bytes("body"); r.err == nil {
		q.Body, r.err = decompress(raw)
	}
	if r.err != nil {
		return q, fmt.Errorf("held %s: %w", id, r.err)
	}
	return q, nil
}

func readQuarantined(r *reader) event.Quarantined {
	return event.Quarantined{
		Endpoint: r.need("endpoint"), ID: r.need("id"), Reason: r.str("reason"), Type: r.str("type"),
		Received: r.time("received", millis), Expires: r.expires(),
	}
}

// List implements event.Quarantine. What cannot be read is passed over and
// named in the error at the end.
func (t *Tables) List(ctx context.Context, yield func(event.Quarantined) bool) error {
	var odd []error
	err := eachPage(ctx, dynamodb.NewScanPaginator(t.client, &dynamodb.ScanInput{
		TableName:            t.table("quarantine"),
		ProjectionExpression: aws.String("endpoint, id, #reason, #type, received, expires"),
		ExpressionAttributeNames: map[string]string{
			"#reason": "reason", "#type": "type",
		},
	}).NextPage, func(p *dynamodb.ScanOutput) (bool, bool) {
		for _, it := range p.Items {
			r := &reader{item: it}
			q := readQuarantined(r)
			if r.err != nil {
				odd = append(odd, fmt.Errorf("%s %s: %w", q.Endpoint, q.ID, r.err))
			} else if !yield(q) {
				return false, false
			}
		}
		return true, p.LastEvaluatedKey != nil
	})
	if err = errors.Join(append(odd, err)...); err != nil {
		return fmt.Errorf("list quarantine: %w", err)
	}
	return nil
}

// Discard implements event.Quarantine.
func (t *Tables) Discard(ctx context.Context, endpoint, id string) error {
	if checkKey("endpoint", endpoint) != nil || checkKey("id", id) != nil {
		return nil
	}
	_, err := t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: t.table("quarantine"), Key: item{"endpoint": str(endpoint), "id": str(id)},
	})
	if err != nil {
		return fmt.Errorf("discard %s: %w", id, err)
	}
	return nil
}
