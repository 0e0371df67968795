package cli

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/facts"
)

// WrongEventType says what is wrong with an event type that an action would subscribe
// to; empty for nothing.
func WrongEventType(t string) string {
	if strings.Contains(t, "*") {
		return "a rule selects whole types; name each"
	}
	if twin := facts.SnapshotType(t); twin != t {
		return fmt.Sprintf("comes under the name of its snapshot twin: write %s, which takes both", twin)
	}
	known := EventTypes()
	if slices.Contains(known, t) {
		return ""
	}
	if meant := Mistyped(t, known); meant != "" {
		return "Stripe does not send it; did you mean " + meant + "?"
	}
	return "it is in no list of Stripe's event types; correct it, or add it to withoutSample in infra/cli/eventtypes.go if Stripe sends it"
}

// withoutSample are types that Stripe sends and of which events has no sample: those that
// only old API versions have. Add what is newer than the samples.
var withoutSample = []string{
	"invoiceitem.updated", "order.created", "recipient.created", "recipient.deleted", "recipient.updated",
	"sku.created", "sku.deleted", "sku.updated",
}

// EventTypes are the types under which events are fanned out: those of snapshots, and of
// thin events that of the snapshot twin or, where there is none, their own.
func EventTypes() []string { return eventTypes() }

var eventTypes = sync.OnceValue(func() (names []string) {
	for _, version := range events.Versions() {
		types, err := events.Types(version)
		if err != nil {
			panic(err) // they are embedded
		}
		names = append(names, types...)
	}
	for _, t := range facts.ThinTypes() {
		names = append(names, facts.SnapshotType(t.Name))
	}
	names = append(names, withoutSample...)
	slices.Sort(names)
	return slices.Compact(names)
})
