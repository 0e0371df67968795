package dynamo

import (
	"context"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// Begin implements event.Ledger. Fifty deliveries take one request, and those of thin
// events another one.
func (t *Tables) Begin(ctx context.Context, refs []event.DeliveryRef) []event.Begun {
	all := make([]event.Begun, 0, len(refs))
	for chunk := range slices.Chunk(refs, batchSize/2) {
		all = append(all, t.begin(ctx, chunk)...)
	}
	return all
}

func (t *Tables) begin(ctx context.Context, refs []event.DeliveryRef) []event.Begun {
	var events, deliveries []string
	all := make([]event.Begun, len(refs))
	for i, ref := range refs {
		all[i].Delivery = event.Delivery{Event: ref.Event, Action: ref.Action}
		if err := checkDelivery(ref); err != nil {
			all[i].Err = fmt.Errorf("begin: %w", err)
			continue
		}
		events, deliveries = append(events, ref.Event), append(deliveries, deliveryID(ref))
	}
	if len(events) == 0 {
		return all
	}
	found, err := t.batchGet(ctx, map[string][]string{"events": once(events), "deliveries": once(deliveries)})
	for i, ref := range refs {
		switch b := &all[i]; {
		case b.Err != nil:
		case err != nil:
			b.Err = fmt.Errorf("begin %s for %s: %w", ref.Event, ref.Action, err)
		default:
			b.Stored, b.Delivery, b.Err = parseBegun(ref, found["events"][ref.Event], found["deliveries"][deliveryID(ref)])
		}
	}
	loaded := make([]*event.Loaded, len(all))
	for i := range all {
		loaded[i] = &all[i].Loaded
	}
	t.payloads(ctx, loaded)
	return all
}

// parseBegun reads a delivery and its event from their items; nil is one that is not there.
func parseBegun(ref event.DeliveryRef, stored, record item) (s event.Stored, d event.Delivery, err error) {
	d = event.Delivery{Event: ref.Event, Action: ref.Action}
	if record != nil {
		if d, err = parseDelivery(record); err != nil {
			return s, d, fmt.Errorf("begin: %v", err) //nolint:errorlint // ErrInvalid is about the event
		}
	}
	s, err = parseStored(ref.Event, stored)
	return s, d, err
}
