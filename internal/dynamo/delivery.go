package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/event"
)

// effectPrefix sets effects apart from deliveries in their common table.
const effectPrefix = "effect#"

// names of the attributes that expressions speak of: several are reserved
// words, so all of them go by a placeholder.
var names = map[string]string{
	"#event": "event", "#state": "state", "#attempt": "attempt", "#next": "next", "#owner": "owner",
	"#first": "first", "#updated": "updated", "#error": "error", "#outcome": "outcome", "#expires": "expires",
	"#open": "open", "#sent": "sent", "#sender": "sender", "#result": "result", "#lease": "lease",
	"#effect": "effect", "#ignored": "ignored", "#stale": "stale",
}

// used returns the names that the expressions use: DynamoDB refuses others.
func used(expressions ...*string) map[string]string {
	m := map[string]string{}
	for _, e := range expressions {
		for _, word := range strings.FieldsFunc(aws.ToString(e), func(r rune) bool {
			return r != '#' && (r < 'a' || r > 'z')
		}) {
			if name, ok := names[word]; ok {
				m[word] = name
			}
		}
	}
	return m
}

func deliveryKey(id, action string) item { return item{"event": str(id), "action": str(action)} }

// deliveryItem is the whole record; what is unfinished is in the index.
func deliveryItem(d event.Delivery) item {
	it := deliveryKey(d.Event, d.Action)
	it["state"] = str(string(d.State))
	it["next"] = str(format(d.Next, millis))
	it["updated"] = str(format(d.Updated, millis))
	it.number("attempt", int64(d.Attempt))
	it.set("owner", d.Owner)
	it.set("error", d.Error)
	it.set("effect", d.Effect)
	it.set("outcome", d.Outcome)
	it.flag("ignored", d.Ignored)
	it.flag("stale", d.AllowStale)
	it.expire(d.Expires)
	if !d.First.IsZero() {
		it["first"] = str(format(d.First, millis))
	}
	if d.State != event.Done {
		it["open"] = str(open(d.State, shard(d.Event)))
	}
	return it
}

// open is the partition of the index of what is unfinished.
func open(s event.State, shard uint32) string {
	return fmt.Sprintf("%s#%d", s, shard)
}

func readDelivery(r *reader) event.Delivery {
	d := event.Delivery{
		Event: r.need("event"), Action: r.need("action"), State: event.State(r.need("state")),
		Next: r.time("next", millis), Owner: r.str("owner"), First: r.time("first", millis),
		Updated: r.time("updated", millis), Error: r.str("error"), Effect: r.str("effect"), Outcome: r.str("outcome"),
		Ignored: r.bool("ignored"), AllowStale: r.bool("stale"), Expires: r.expires(),
	}
	if n := r.int("attempt"); n != nil {
		d.Attempt = int(*n)
	}
	return d
}

func parseDelivery(it item) (event.Delivery, error) {
	r := &reader{item: it}
	d := readDelivery(r)
	if r.err != nil {
		return d, fmt.Errorf("delivery of %s to %s: %w", d.Event, d.Action, r.err)
	}
	return d, nil
}

func checkDelivery(id, action string) error {
	if err := errors.Join(checkKey("event id", id), checkKey("action", action)); err != nil {
		return err
	}
	if strings.HasPrefix(id, effectPrefix) {
		return fmt.Errorf("event id %s: the prefix is kept for effects: %w", id, event.ErrInvalid)
	}
	return nil
}

// Delivery implements event.Ledger.
func (t *Tables) Delivery(ctx context.Context, id, action string) (event.Delivery, error) {
	if checkDelivery(id, action) != nil {
		return event.Delivery{}, fmt.Errorf("delivery of %s to %s: %w", id, action, event.ErrNotFound)
	}
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: t.table("deliveries"), Key: deliveryKey(id, action), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return event.Delivery{}, fmt.Errorf("delivery of %s to %s: %w", id, action, err)
	}
	if out.Item == nil {
		return event.Delivery{}, fmt.Errorf("delivery of %s to %s: %w", id, action, event.ErrNotFound)
	}
	return parseDelivery(out.Item)
}

// Deliveries implements event.Ledger; in order of the actions' names.
func (t *Tables) Deliveries(ctx context.Context, id string) ([]event.Delivery, error) {
	if checkDelivery(id, "any") != nil {
		return nil, nil
	}
	var ds []event.Delivery
	p := dynamodb.NewQueryPaginator(t.client, &dynamodb.QueryInput{
		TableName: t.table("deliveries"), ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("#event = :event"),
		ExpressionAttributeNames:  map[string]string{"#event": "event"},
		ExpressionAttributeValues: item{":event": str(id)},
	})
	for p.HasMorePages() {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("deliveries of %s: %w", id, err)
		}
		for _, it := range page.Items {
			d, err := parseDelivery(it)
			if err != nil {
				return nil, err
			}
			ds = append(ds, d)
		}
	}
	return ds, nil
}

// Unfinished implements event.Ledger. What cannot be read is passed over and
// named in the error at the end.
func (t *Tables) Unfinished(ctx context.Context, s event.State, before time.Time, yield func(event.Delivery) bool) error {
	var odd []error
	goOn := true
	visit := func(its []map[string]types.AttributeValue) bool {
		for _, it := range its {
			d, err := parseDelivery(it)
			if err != nil {
				odd = append(odd, err)
			} else if goOn = yield(d); !goOn {
				return false
			}
		}
		return true
	}
	var err error
	for n := uint32(0); n < shards && goOn && err == nil; n++ {
		err = eachPage(ctx, dynamodb.NewQueryPaginator(t.client, &dynamodb.QueryInput{
			TableName: t.table("deliveries"), IndexName: aws.String("unfinished"),
			KeyConditionExpression:    aws.String("#open = :open AND #next < :before"),
			ExpressionAttributeNames:  map[string]string{"#open": "open", "#next": "next"},
			ExpressionAttributeValues: item{":open": str(open(s, n)), ":before": str(format(ceil(before), millis))},
		}).NextPage, func(p *dynamodb.QueryOutput) (bool, bool) { return visit(p.Items), p.LastEvaluatedKey != nil })
	}
	if err = errors.Join(append(odd, err)...); err != nil {
		return fmt.Errorf("unfinished: %w", err)
	}
	return nil
}
