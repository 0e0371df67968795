package dynamo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

const (
	// batchSize is how many items one BatchGetItem takes.
	batchSize = 100
	// batchTries bounds how often keys that were left unprocessed are asked for.
	batchTries = 8
	// batchPause is the first pause before that; it doubles up to batchTries.
	batchPause = 10 * time.Millisecond
)

// Begin implements event.Ledger.
func (t *Tables) Begin(ctx context.Context, ref event.DeliveryRef) (event.Stored, event.Delivery, error) {
	d := event.Delivery{Event: ref.Event, Action: ref.Action}
	if err := checkDelivery(ref); err != nil {
		return event.Stored{}, d, fmt.Errorf("begin: %w", err)
	}
	found, err := t.batchGet(ctx, map[string][]item{
		"events": {key(ref.Event)}, "deliveries": {key(deliveryID(ref))},
	})
	if err != nil {
		return event.Stored{}, d, fmt.Errorf("begin %s for %s: %w", ref.Event, ref.Action, err)
	}
	if its := found["deliveries"]; len(its) > 0 {
		if d, err = parseDelivery(its[0]); err != nil {
			return event.Stored{}, d, fmt.Errorf("begin: %v", err) //nolint:errorlint // ErrInvalid is about the event
		}
	}
	s, err := parseStored(ref.Event, found["events"])
	if err != nil || s.FetchedAt.IsZero() {
		return s, d, err
	}
	s, err = t.payload(ctx, s)
	return s, d, err
}

// payload adds what was fetched of a thin event: one more request.
func (t *Tables) payload(ctx context.Context, s event.Stored) (event.Stored, error) {
	found, err := t.batchGet(ctx, map[string][]item{"events": {key(payloadID(s.ID))}})
	if its := found["events"]; len(its) > 0 {
		return withPayload(s, its[0], err)
	}
	return withPayload(s, nil, err)
}

// Deliveries implements event.Ledger. A hundred records take one request.
func (t *Tables) Deliveries(ctx context.Context, refs []event.DeliveryRef) ([]event.Delivery, error) {
	found, err := t.deliveries(ctx, refs)
	if err != nil {
		return nil, fmt.Errorf("deliveries: %w", err)
	}
	var ds []event.Delivery
	var unreadable []error
	for _, ref := range refs {
		it, ok := found[deliveryID(ref)]
		if !ok {
			continue
		}
		d, err := parseDelivery(it)
		if err != nil {
			unreadable = append(unreadable, err)
			continue
		}
		ds = append(ds, d)
	}
	return ds, errors.Join(unreadable...)
}

// deliveries reads the items of these records by their ids.
func (t *Tables) deliveries(ctx context.Context, refs []event.DeliveryRef) (map[string]item, error) {
	ids := make([]string, 0, len(refs))
	for _, ref := range refs {
		if checkDelivery(ref) == nil { // else there can be no record
			ids = append(ids, deliveryID(ref))
		}
	}
	return t.records(ctx, "deliveries", ids)
}

// Events implements event.Store. A hundred events take one request.
func (t *Tables) Events(ctx context.Context, ids []string) (map[string]event.Stored, error) {
	found, err := t.records(ctx, "events", slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return checkEvent(id) != nil }))
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	all := map[string]event.Stored{}
	var unreadable []error
	for id, it := range found {
		r := &reader{item: it}
		if s := readStored(r); r.err == nil {
			all[id] = s
		} else {
			unreadable = append(unreadable, fmt.Errorf("event %s: %w", id, r.err))
		}
	}
	return all, errors.Join(unreadable...)
}

// records reads items of a table by their ids.
func (t *Tables) records(ctx context.Context, table string, ids []string) (map[string]item, error) {
	found := map[string]item{}
	for chunk := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(ids))), batchSize) {
		keys := make([]item, len(chunk))
		for i, id := range chunk {
			keys[i] = key(id)
		}
		its, err := t.batchGet(ctx, map[string][]item{table: keys})
		if err != nil {
			return nil, err
		}
		for _, it := range its[table] {
			found[(&reader{item: it}).str("id")] = it
		}
	}
	return found, nil
}

// batchGet reads up to a hundred items by their keys, by table, strongly
// consistent and in no order. Keys that are left unprocessed are asked for
// again; then it takes more than one request.
func (t *Tables) batchGet(ctx context.Context, keys map[string][]item) (map[string][]item, error) {
	request := map[string]ddb.KeysAndAttributes{}
	for table, ks := range keys {
		asked := ddb.KeysAndAttributes{ConsistentRead: aws.Bool(true)}
		for _, k := range ks {
			asked.Keys = append(asked.Keys, ddb.Item(k))
		}
		request[t.Name(table)] = asked
	}
	found, err := t.collect(ctx, request)
	if err != nil {
		return nil, err
	}
	byShort := map[string][]item{}
	for table := range keys {
		byShort[table] = found[t.Name(table)]
	}
	return byShort, nil
}

// collect sends a batch, by the full names of tables, until no key is left
// unprocessed.
func (t *Tables) collect(ctx context.Context, request map[string]ddb.KeysAndAttributes) (map[string][]item, error) {
	found := map[string][]item{}
	for try := 0; ; try++ {
		out, err := t.client.BatchGetItem(ctx, &ddb.BatchGetItemInput{RequestItems: request})
		if err != nil {
			return nil, err
		}
		for table, its := range out.Responses {
			for _, it := range its {
				found[table] = append(found[table], item(it))
			}
		}
		if request = out.UnprocessedKeys; len(request) == 0 {
			return found, nil
		}
		if err := again(ctx, try); err != nil {
			return nil, err
		}
	}
}

// again pauses before unprocessed keys are asked for.
func again(ctx context.Context, try int) error {
	if try+1 >= batchTries {
		return errors.New("keys are still unprocessed; the table is throttled")
	}
	pause := time.NewTimer(batchPause << try)
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-pause.C:
		return nil
	}
}
