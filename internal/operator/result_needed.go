package operator

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/safetext"
)

const (
	// exampleEvents is how many of the newest events are searched for an example.
	exampleEvents = 200
	// longestExample is how much of an example is shown.
	longestExample = 200
)

// ResultNeededError is that an effect happened and nothing says what it returned, with
// which the action continues.
type ResultNeededError struct {
	event.DeliveryRef
	Key     string
	Example json.RawMessage // what such an effect returned for another event; nil if none is found
}

func (e *ResultNeededError) Error() string {
	line := fmt.Sprintf("payhooks parked resolve %s %s --happened", e.Event, e.Action)
	text := fmt.Sprintf("the action continues with what %s returned; use one of\n%s --result JSON", e.Key, line)
	if e.Example != nil {
		text += fmt.Sprintf("   (for another event it was %s)", safetext.Clip(string(e.Example), longestExample))
	}
	return text + "\n" + line + " --no-result   (the action uses nothing of it)"
}

// resultNeeded is the error with an example, if one can be found: without it the
// error says enough.
func (o *Operator) resultNeeded(ctx context.Context, e event.Effect, r Resolution) error {
	needed := &ResultNeededError{DeliveryRef: r.DeliveryRef, Key: e.Key}
	needed.Example, _ = o.example(ctx, e)
	return needed
}

// example returns what an effect of the same kind returned for one of the newest
// events, or nil. The kind is the key up to its first slash.
func (o *Operator) example(ctx context.Context, e event.Effect) (json.RawMessage, error) {
	var named []event.DeliveryRef
	for row, err := range o.List(ctx, EventList{Limit: exampleEvents}) {
		if err == nil && row.ID != e.Event && row.Scope != nil && *row.Scope == e.Scope {
			named = append(named, event.DeliveryRef{Action: e.Action, Event: row.ID})
		}
	}
	kind, _, _ := strings.Cut(e.Key, "/")
	for refs := range slices.Chunk(named, batch) {
		ds, err := o.Ledger.Deliveries(ctx, refs)
		for _, d := range ds {
			for _, key := range keysOf(d) {
				if k, _, _ := strings.Cut(key, "/"); k != kind {
					continue
				}
				other, err := o.Ledger.Effect(ctx, event.EffectRef{Action: e.Action, Scope: e.Scope, Key: key})
				if err == nil && other.State == event.EffectDone && !other.ByOperator && !same(other.Result, event.NoResult) {
					return other.Result, nil
				}
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}
