package check

import (
	"testing"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/facts"
)

func TestEveryTypeOfStripesIsAcceptedUnderTheNameThatItComesUnder(t *testing.T) {
	for _, kind := range facts.ThinTypes() {
		if problem := cli.WrongEventType(facts.SnapshotType(kind.Name)); problem != "" {
			t.Errorf("%s: %s", kind.Name, problem)
		}
		if refused := cli.WrongEventType(kind.Name) != ""; refused != (kind.Snapshot != "") {
			t.Errorf("%s: refused is %t", kind.Name, refused)
		}
	}
	if problem := cli.WrongEventType("customer.subscription.trial_moved"); problem != "" {
		t.Errorf("a type newer than the lists: %s", problem)
	}
	if cli.WrongEventType("customer.*") == "" {
		t.Error("a star is accepted")
	}
}
