package count_test

import (
	"testing"

	"github.com/payhooks/payhooks/infra/cost"
	"github.com/payhooks/payhooks/infra/cost/count"
)

// TestEventsAskForWhatWasCounted runs every kind of event through the real functions.
func TestEventsAskForWhatWasCounted(t *testing.T) {
	then, err := cost.Read()
	if err != nil {
		t.Fatal(err)
	}
	why, err := then.Fork("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if why != "" {
		t.Skip(why)
	}
	now, err := count.All(t.Context(), "../../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range cost.Kinds {
		for _, difference := range then.Kinds[kind].Differ(now.Kinds[kind]) {
			t.Errorf("%s: %s", kind, difference)
		}
	}
	if t.Failed() {
		t.Log("if the change is meant: go run ./infra/cost/command count writes infra/cost/counted.json and infra/COST.md, then go run ./infra/scale/command infra/SCALE.md")
	}
}
