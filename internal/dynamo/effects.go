package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// Intend implements event.Ledger. Only a repeat below this very call is our
// own write: a second call of the same owner gets ErrTaken, because the effect
// may have happened in between.
func (t *Tables) Intend(ctx context.Context, e event.Effect) (event.Effect, error) {
	if err := checkKey("owner", e.Owner); err != nil {
		return event.Effect{}, fmt.Errorf("intend: %w", err)
	}
	e.State, e.Result, e.Error = event.EffectIntended, nil, ""
	held, ours, err := t.take(ctx, e)
	if err == nil && !ours {
		err = event.ErrTaken
	}
	if err != nil {
		return held, fmt.Errorf("intend %s: %w", e.Key, err)
	}
	return held, nil
}

// Remember implements event.Ledger.
func (t *Tables) Remember(ctx context.Context, e event.Effect) (event.Effect, error) {
	e.State, e.Lease, e.Error = event.EffectDone, time.Time{}, ""
	held, _, err := t.take(ctx, e)
	if err != nil {
		return held, fmt.Errorf("remember %s: %w", e.Key, err)
	}
	return held, nil
}

// take puts e under its key if that is free or its effect was not performed.
// Else it returns the effect that is there, and ours is false.
func (t *Tables) take(ctx context.Context, e event.Effect) (held event.Effect, ours bool, err error) {
	if err := checkEffect(e.EffectRef); err != nil {
		return event.Effect{}, false, err
	}
	nonce := nonce()
	it := effectItem(e)
	it["nonce"] = str(nonce)
	condition := aws.String("attribute_not_exists(#id) OR #state = :free")
	_, err = t.client.PutItem(ctx, &ddb.PutItemInput{
		TableName: t.table("deliveries"), Item: it,
		ConditionExpression: condition, ExpressionAttributeNames: used(condition),
		ExpressionAttributeValues:           item{":free": str(string(event.EffectNotPerformed))},
		ReturnValuesOnConditionCheckFailure: allOld,
	})
	old, ok := conditionFailed(err)
	switch {
	case err == nil:
		held, err = parseEffect(it)
		return held, true, err
	case !ok || len(old) == 0:
		return event.Effect{}, false, invalid(sized(err))
	}
	held, err = parseEffect(old)
	return held, (&reader{item: old}).str("nonce") == nonce, err
}

// Resolve implements event.Ledger.
func (t *Tables) Resolve(ctx context.Context, e event.Effect) error {
	if checkEffect(e.EffectRef) != nil || e.Owner == "" {
		return fmt.Errorf("resolve %s: %w", e.Key, event.ErrFenced)
	}
	update, condition, values := resolution(e)
	_, err := t.update(ctx, effectID(e.EffectRef), update, condition, values)
	if _, ok := conditionFailed(err); ok {
		err = event.ErrFenced
	}
	if err != nil {
		return fmt.Errorf("resolve %s: %w", e.Key, invalid(sized(err)))
	}
	return nil
}

// resolution writes state, result and error, and removes what is empty.
func resolution(e event.Effect) (update, condition string, values item) {
	values = item{":owner": str(e.Owner), ":state": str(string(e.State)), ":updated": str(format(e.Updated, millis))}
	update, condition = "SET #state = :state, #updated = :updated", "#owner = :owner"
	remove := ""
	for _, f := range []struct{ name, value string }{{"result", string(e.Result)}, {"error", e.Error}} {
		if f.value == "" {
			remove += ", #" + f.name
			continue
		}
		update += ", #" + f.name + " = :" + f.name
		values[":"+f.name] = str(f.value)
	}
	if e.ByOperator {
		update, values[":yes"] = update+", #operator = :yes", yes
	} else {
		remove += ", #operator"
	}
	if remove != "" {
		update += " REMOVE " + remove[2:]
	}
	switch {
	case e.State != event.EffectDone:
		condition += " AND #state <> :done"
		values[":done"] = str(string(event.EffectDone))
	case e.ByOperator:
		condition += " AND (#state <> :done OR #operator = :yes)"
		values[":done"] = str(string(event.EffectDone))
	}
	return update, condition, values
}

// Effect implements event.Ledger.
func (t *Tables) Effect(ctx context.Context, ref event.EffectRef) (event.Effect, error) {
	if checkEffect(ref) != nil {
		return event.Effect{}, fmt.Errorf("effect %s: %w", ref.Key, event.ErrNotFound)
	}
	it, err := t.get(ctx, "deliveries", key(effectID(ref)))
	if err == nil && it == nil {
		err = event.ErrNotFound
	}
	if err != nil {
		return event.Effect{}, fmt.Errorf("effect %s: %w", ref.Key, err)
	}
	return parseEffect(it)
}

// Extend implements event.Ledger. A zero until keeps the effect for ever; one
// that has no expiry stays for ever.
func (t *Tables) Extend(ctx context.Context, ref event.EffectRef, until time.Time) error {
	if err := checkEffect(ref); err != nil {
		return fmt.Errorf("extend: %w", err)
	}
	update, condition, values := "SET #expires = :until", "#expires < :until", item{":until": num(strconv.FormatInt(until.Unix(), 10))}
	if until.IsZero() {
		update, condition, values = "REMOVE #expires", "attribute_exists(#expires)", nil
	}
	_, err := t.update(ctx, effectID(ref), update, condition, values)
	if _, ok := conditionFailed(err); err != nil && !ok {
		return fmt.Errorf("extend %s: %w", ref.Key, err)
	}
	return nil
}

func effectItem(e event.Effect) item {
	it := key(effectID(e.EffectRef))
	it["action"], it["scope"], it["key"] = str(e.Action), str(e.Scope.Text()), str(e.Key)
	it["state"] = str(string(e.State))
	it["updated"] = str(format(e.Updated, millis))
	it.set("owner", e.Owner)
	it.at("lease", e.Lease)
	it.set("by", e.Event)
	it.set("result", string(e.Result))
	it.set("error", e.Error)
	it.flag("operator", e.ByOperator)
	it.set("report", string(e.Report))
	it.expire(e.Expires)
	return it
}

func parseEffect(it item) (event.Effect, error) {
	r := &reader{item: it}
	scope, err := event.ParseScope(r.need("scope"))
	e := event.Effect{
		EffectRef: event.EffectRef{Action: r.need("action"), Scope: scope, Key: r.need("key")},
		State:     event.EffectState(r.need("state")), Owner: r.str("owner"), Event: r.str("by"),
		Lease: r.time("lease", millis), Updated: r.time("updated", millis), Error: r.str("error"), Expires: r.expires(),
		ByOperator: r.bool("operator"), Report: event.Report(r.str("report")),
	}
	if s := r.str("result"); s != "" {
		e.Result = []byte(s)
	}
	if err := errors.Join(r.err, err); err != nil {
		return e, fmt.Errorf("effect %s: %w", r.str("id"), err)
	}
	return e, nil
}
