package main

import (
	"testing"

	"github.com/payhooks/payhooks/internal/facts"
)

func TestEveryTypeOfStripesIsAcceptedUnderTheNameThatItComesUnder(t *testing.T) {
	known := append(thinOnly(), snapshots()...)
	for _, kind := range facts.ThinTypes() {
		if problem := wrongType(facts.SnapshotType(kind.Name), known); problem != "" {
			t.Errorf("%s: %s", kind.Name, problem)
		}
		if refused := wrongType(kind.Name, known) != ""; refused != (kind.Snapshot != "") {
			t.Errorf("%s: refused is %t", kind.Name, refused)
		}
	}
	if problem := wrongType("customer.subscription.trial_moved", known); problem != "" {
		t.Errorf("a type newer than the lists: %s", problem)
	}
}
