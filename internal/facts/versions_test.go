package facts_test

import (
	"testing"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/facts"
)

func TestStripeGoIsWrittenForTheVersionOfItsConstant(t *testing.T) {
	if v, ok := facts.VersionOfStripeGo("76"); !ok || string(v) != stripe.APIVersion {
		t.Errorf("%q, %t, want %s", v, ok, stripe.APIVersion)
	}
	for _, major := range []string{"", "69", "77", "88"} { // no release, or none known
		if v, ok := facts.VersionOfStripeGo(major); ok {
			t.Errorf("v%s: %s", major, v)
		}
	}
}

func TestTypesReadVersionsOfTheSameName(t *testing.T) {
	for _, tc := range []struct {
		event, types facts.Version
		want         bool
	}{
		{"2023-10-16", "2023-10-16", true},
		{"2023-10-16", "2023-08-16", false},
		{"2025-08-27.basil", "2025-03-31.basil", true},
		{"2025-03-31.basil", "2025-08-27.basil", true},
		{"2025-09-30.clover", "2025-08-27.basil", false},
		{"2026-08-26.dahlia", "2023-10-16", false},
		{"2024-06-20", "2024-09-30.acacia", false},
		{"2025-08-27.preview", "2025-08-27.basil", false},
		{"2025-08-27.preview", "2025-09-30.preview", false},
		{"2025-08-27.preview", "2025-08-27.preview", true},
		{"", "2023-10-16", false},
		{"", "", false},
	} {
		if got := tc.event.ReadAs(tc.types); got != tc.want {
			t.Errorf("%q as %q: %t", tc.event, tc.types, got)
		}
	}
}
