package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/payhooks/payhooks/internal/event"
)

func effectKey(key, action string) item { return deliveryKey(effectPrefix+key, action) }

func checkEffect(key, action string) error {
	return errors.Join(checkKey("effect key", key), checkKey("action", action))
}

// Intend implements event.Ledger. Only a repeat below this very call is our
// own write: a second call of the same owner gets ErrTaken, because the effect
// may have happened in between.
func (t *Tables) Intend(ctx context.Context, e event.Effect) (event.Effect, error) {
	if err := errors.Join(checkEffect(e.Key, e.Action), checkKey("owner", e.Owner)); err != nil {
		return event.Effect{}, fmt.Errorf("intend: %w", err)
	}
	e.State, e.Result, e.Error = event.EffectIntended, nil, ""
	ours := nonce()
	it := effectItem(e)
	it["nonce"] = str(ours)
	_, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: t.table("deliveries"), Item: it,
		ConditionExpression:                 aws.String("attribute_not_exists(#event) OR #state = :released"),
		ExpressionAttributeNames:            map[string]string{"#event": "event", "#state": "state"},
		ExpressionAttributeValues:           item{":released": str(string(event.EffectNotPerformed))},
		ReturnValuesOnConditionCheckFailure: allOld,
	})
	if err == nil {
		return parseEffect(e.Key, it)
	}
	old, ok := refused(err)
	if !ok || len(old) == 0 {
		return event.Effect{}, fmt.Errorf("intend %s: %w", e.Key, invalid(err))
	}
	held, err := parseEffect(e.Key, old)
	if err != nil {
		return held, err
	}
	if r := (&reader{item: old}); r.str("nonce") == ours {
		return held, nil
	}
	return held, fmt.Errorf("intend %s: %w", e.Key, event.ErrTaken)
}

// Resolve implements event.Ledger. What is done stays done.
func (t *Tables) Resolve(ctx context.Context, e event.Effect) error {
	if checkEffect(e.Key, e.Action) != nil || e.Owner == "" {
		return fmt.Errorf("settle %s: %w", e.Key, event.ErrFenced)
	}
	values := item{":owner": str(e.Owner), ":state": str(string(e.State)), ":updated": str(format(e.Updated, millis))}
	update, remove, condition := "SET #state = :state, #updated = :updated", "", "#owner = :owner"
	for _, f := range []struct{ name, value string }{{"result", string(e.Result)}, {"error", e.Error}} {
		if f.value == "" {
			remove += ", #" + f.name
			continue
		}
		update += ", #" + f.name + " = :" + f.name
		values[":"+f.name] = str(f.value)
	}
	if remove != "" {
		update += " REMOVE " + remove[2:]
	}
	if e.State != event.EffectDone {
		condition += " AND #state <> :done"
		values[":done"] = str(string(event.EffectDone))
	}
	_, err := t.updateDelivery(ctx, effectPrefix+e.Key, e.Action, update, condition, values)
	if _, ok := refused(err); ok {
		return fmt.Errorf("settle %s: %w", e.Key, event.ErrFenced)
	}
	if err != nil {
		return fmt.Errorf("settle %s: %w", e.Key, invalid(err))
	}
	return nil
}

// Effect implements event.Ledger.
func (t *Tables) Effect(ctx context.Context, key, action string) (event.Effect, error) {
	if checkEffect(key, action) != nil {
		return event.Effect{}, fmt.Errorf("effect %s: %w", key, event.ErrNotFound)
	}
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: t.table("deliveries"), Key: effectKey(key, action), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return event.Effect{}, fmt.Errorf("effect %s: %w", key, err)
	}
	if out.Item == nil {
		return event.Effect{}, fmt.Errorf("effect %s: %w", key, event.ErrNotFound)
	}
	return parseEffect(key, out.Item)
}

func effectItem(e event.Effect) item {
	it := effectKey(e.Key, e.Action)
	it["state"] = str(string(e.State))
	it["owner"] = str(e.Owner)
	it["lease"] = str(format(e.Lease, millis))
	it["updated"] = str(format(e.Updated, millis))
	it.set("by", e.Event)
	it.set("result", string(e.Result))
	it.set("error", e.Error)
	return it
}

func parseEffect(key string, it item) (event.Effect, error) {
	r := &reader{item: it}
	e := event.Effect{
		Key: key, Action: r.need("action"), State: event.EffectState(r.need("state")), Owner: r.str("owner"),
		Event: r.str("by"), Lease: r.time("lease", millis), Updated: r.time("updated", millis), Error: r.str("error"),
	}
	if s := r.str("result"); s != "" {
		e.Result = json.RawMessage(s)
	}
	if r.err != nil {
		return e, fmt.Errorf("effect %s: %w", key, r.err)
	}
	return e, nil
}
