package facts_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

func TestAllThinTypesAreKnown(t *testing.T) {
	twins, data, names := 0, 0, []string{}
	for _, k := range facts.ThinTypes() {
		names = append(names, k.Name)
		if !slices.Contains([]string{"object", "singleton", "none"}, k.Related) {
			t.Errorf("%s is about %q", k.Name, k.Related)
		}
		if k.Data {
			data++
		}
		if k.Snapshot == "" {
			continue
		}
		twins++
		if back, ok := facts.TwinType(k.Snapshot); !ok || back != k.Name || k.Name != "v1."+k.Snapshot {
			t.Errorf("%s is the twin of %s, whose twin is %s", k.Name, k.Snapshot, back)
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(names)) != 326 || twins != 216 || data != 14 {
		t.Errorf("%d types, %d with a twin, %d with data; expected 326, 216 and 14", len(names), twins, data)
	}
}

func TestAThinTypeIsFannedOutUnderTheNameOfItsTwin(t *testing.T) {
	for kind, want := range map[string]string{
		"v1.charge.succeeded":                   "charge.succeeded",
		"v1.customer.subscription.past_due":     "v1.customer.subscription.past_due",
		"v2.core.account[requirements].updated": "v2.core.account[requirements].updated",
		"charge.succeeded":                      "charge.succeeded",
		"v1.of.next.year":                       "v1.of.next.year",
	} {
		if got := facts.SnapshotType(kind); got != want {
			t.Errorf("%s: %s, expected %s", kind, got, want)
		}
	}
	for _, kind := range []string{"treasury.received_credit.created", "v1.charge.succeeded", ""} {
		if twin, ok := facts.TwinType(kind); ok {
			t.Errorf("%s has the twin %s", kind, twin)
		}
	}
	if !strings.HasPrefix(event.ThinPing, "v2.") || facts.SnapshotType(event.ThinPing) != event.ThinPing {
		t.Error("the ping has a twin")
	}
}
