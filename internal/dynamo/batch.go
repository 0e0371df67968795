package dynamo

import (
	"context"
	"errors"
	"fmt"
	"maps"
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
	for chunk := range slices.Chunk(once(ids), batchSize) {
		its, err := t.batchGet(ctx, map[string][]string{table: chunk})
		if err != nil {
			return nil, err
		}
		maps.Copy(found, its[table])
	}
	return found, nil
}

// once is each of the ids once: a batch must not name one twice.
func once(ids []string) []string { return slices.Compact(slices.Sorted(slices.Values(ids))) }

// batchGet reads up to a hundred items by table and id, strongly consistent. Keys that
// are left unprocessed are asked for again; then it takes more than one request.
func (t *Tables) batchGet(ctx context.Context, ids map[string][]string) (map[string]map[string]item, error) {
	request := map[string]ddb.KeysAndAttributes{}
	for table, ids := range ids {
		if len(ids) == 0 {
			continue
		}
		asked := ddb.KeysAndAttributes{ConsistentRead: aws.Bool(true), Keys: make([]ddb.Item, len(ids))}
		for i, id := range ids {
			asked.Keys[i] = ddb.Item(key(id))
		}
		request[t.Name(table)] = asked
	}
	found, err := t.collect(ctx, request)
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]item{}
	for table := range ids {
		all[table] = map[string]item{}
		for _, it := range found[t.Name(table)] {
			all[table][(&reader{item: it}).str("id")] = it
		}
	}
	return all, nil
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
