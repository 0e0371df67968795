package dynamo

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// Quarantine returns the stack's quarantine. It makes no request.
func (t *Tables) Quarantine() event.Quarantine { return quarantine{t} }

// quarantine implements event.Quarantine.
type quarantine struct{ tables *Tables }

func quarantineKey(endpoint, id string) item { return item{"endpoint": str(endpoint), "id": str(id)} }

func checkQuarantined(endpoint, id string) error {
	return errors.Join(checkKey("endpoint", endpoint), checkKey("id", id))
}

func (q quarantine) Put(ctx context.Context, e event.Quarantined) error {
	it, err := q.tables.quarantineItem(e)
	if err != nil {
		return fmt.Errorf("quarantine %s: %w", e.ID, err)
	}
	_, err = q.tables.client.PutItem(ctx, &ddb.PutItemInput{
		TableName: q.tables.table("quarantine"), Item: it,
		ConditionExpression: aws.String("attribute_not_exists(id)"),
	})
	if _, ok := conditionFailed(err); ok || err == nil {
		return nil
	}
	return fmt.Errorf("quarantine %s: %w", e.ID, sized(err))
}

func (t *Tables) quarantineItem(e event.Quarantined) (item, error) {
	if err := checkQuarantined(e.Endpoint, e.ID); err != nil {
		return nil, err
	}
	it := quarantineKey(e.Endpoint, e.ID)
	it["shard"], it["received"] = str(quarantineShard), str(format(e.Received, millis))
	it.set("reason", e.Reason)
	it.set("type", e.Type)
	it.expire(e.Expires)
	if err := t.bodies.pack(it, e.Body); err != nil {
		return nil, err
	}
	if n := it.size(); n > itemLimit {
		return nil, fmt.Errorf("item of %d bytes: %w", n, event.ErrTooLarge)
	}
	return it, nil
}

func (q quarantine) Get(ctx context.Context, endpoint, id string) (event.Quarantined, error) {
	if checkQuarantined(endpoint, id) != nil {
		return event.Quarantined{}, fmt.Errorf("quarantined %s: %w", id, event.ErrNotFound)
	}
	it, err := q.tables.get(ctx, "quarantine", quarantineKey(endpoint, id))
	if err == nil && it == nil {
		err = event.ErrNotFound
	}
	if err != nil {
		return event.Quarantined{}, fmt.Errorf("quarantined %s: %w", id, err)
	}
	r := &reader{item: it}
	e := readQuarantined(r)
	if raw := r.bytes("body"); r.err == nil {
		e.Body, r.err = decompress(raw)
	}
	if r.err != nil {
		return e, fmt.Errorf("quarantined %s: %w", id, r.err)
	}
	return e, nil
}

func readQuarantined(r *reader) event.Quarantined {
	return event.Quarantined{
		Endpoint: r.need("endpoint"), ID: r.need("id"), Reason: r.str("reason"), Type: r.str("type"),
		Received: r.time("received", millis), Expires: r.expires(),
	}
}

func (q quarantine) List(ctx context.Context, l event.QuarantineList) (page event.Page[event.Quarantined], err error) {
	in := &ddb.QueryInput{
		TableName: q.tables.table("quarantine"), IndexName: aws.String("received"),
		KeyConditionExpression:    aws.String("#shard = :shard"),
		ExpressionAttributeNames:  map[string]string{"#shard": "shard"},
		ExpressionAttributeValues: item{":shard": str(quarantineShard)},
	}
	if !l.After.IsZero() {
		in.ExclusiveStartKey = quarantinePosition(l.After)
	}
	its, err := q.tables.page(ctx, in, stamp{"received", millis}, l.Limit, l.Newest)
	if err != nil {
		return page, fmt.Errorf("list quarantine: %w", err)
	}
	if len(in.ExclusiveStartKey) > 0 {
		page.Next = readQuarantined(&reader{item: in.ExclusiveStartKey}).Position()
	}
	var unreadable []error
	for _, it := range its {
		e, err := parseQuarantined(it)
		if err != nil {
			unreadable = append(unreadable, fmt.Errorf("list quarantine: %w", err))
			continue
		}
		page.Items = append(page.Items, e)
	}
	return page, errors.Join(unreadable...)
}

func (q quarantine) All(ctx context.Context) iter.Seq2[event.Quarantined, error] {
	its := q.tables.scan(ctx, &ddb.ScanInput{
		TableName:                q.tables.table("quarantine"),
		ProjectionExpression:     aws.String("endpoint, id, #reason, #type, received, expires"),
		ExpressionAttributeNames: map[string]string{"#reason": "reason", "#type": "type"},
	})
	return parsed("list quarantine", its, parseQuarantined)
}

func parseQuarantined(it item) (event.Quarantined, error) {
	r := &reader{item: it}
	e := readQuarantined(r)
	if r.err != nil {
		return e, fmt.Errorf("%s %s: %w", e.Endpoint, e.ID, r.err)
	}
	return e, nil
}

func (q quarantine) Discard(ctx context.Context, endpoint, id string) error {
	if checkQuarantined(endpoint, id) != nil {
		return nil
	}
	_, err := q.tables.client.DeleteItem(ctx, &ddb.DeleteItemInput{
		TableName: q.tables.table("quarantine"), Key: quarantineKey(endpoint, id),
	})
	if err != nil {
		return fmt.Errorf("discard quarantined %s: %w", id, err)
	}
	return nil
}
