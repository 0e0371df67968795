package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// checkTypes: an action subscribes to types that events are fanned out under. A type
// that looks like one that Stripe has is taken for a typing error; any other unknown one
// may be newer than our lists.
func checkTypes(root *stack, report reporter) {
	known := append(thinOnly(), snapshots()...)
	for s := range root.all() {
		for _, id := range sorted(s.nested) {
			n := s.nested[id]
			if n.params["EventTypes"] == nil {
				continue
			}
			action := s.text(n.args["Action"])
			types := eventTypes(s.text(n.args["EventTypes"]))
			if len(types) == 0 && action != event.Fetch {
				report("%s: %s has no EventTypes: nothing would come to %s", s.file, id, action)
			}
			for _, t := range types {
				if problem := wrongType(t, known); problem != "" {
					report("%s: %s subscribes to %q, %s", s.file, id, t, problem)
				}
			}
		}
	}
}

func eventTypes(list string) (types []string) {
	for t := range strings.SplitSeq(list, ",") {
		if t = strings.TrimSpace(t); t != "" {
			types = append(types, t)
		}
	}
	return types
}

func wrongType(t string, known []string) string {
	if twin := facts.SnapshotType(t); twin != t {
		return fmt.Sprintf("which comes under the name of its snapshot twin: write %s, which takes both", twin)
	}
	if slices.Contains(known, t) {
		return ""
	}
	if meant := cli.Mistyped(t, known); meant != "" {
		return "which Stripe does not send; did you mean " + meant + "?"
	}
	return ""
}

// thinOnly are the types of thin events without a snapshot twin.
func thinOnly() (names []string) {
	for _, t := range facts.ThinTypes() {
		if t.Snapshot == "" {
			names = append(names, t.Name)
		}
	}
	return names
}

// snapshots are the types of snapshot events, by the samples and the thin twins.
func snapshots() (names []string) {
	for _, version := range events.Versions() {
		types, err := events.Types(version)
		if err != nil {
			panic(err) // they are embedded
		}
		names = append(names, types...)
	}
	for _, t := range facts.ThinTypes() {
		if t.Snapshot != "" {
			names = append(names, t.Snapshot)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
