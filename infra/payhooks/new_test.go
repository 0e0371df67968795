package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// A type that may be newer than our lists is taken, but is not offered to trigger, which
// has no sample of it.
func TestTypesThatNoListHasAreNamedAndNotOffered(t *testing.T) {
	var said bytes.Buffer
	cmd := &cobra.Command{}
	cmd.SetErr(&said)
	known := listedTypes(cmd, []string{"customer.subscription.removed", "customer.subscription.updated", "v2.core.event_destination.ping"})
	if !slices.Equal(known, []string{"customer.subscription.updated", "v2.core.event_destination.ping"}) {
		t.Errorf("offered %v", known)
	}
	if lines := said.String(); strings.Count(lines, "warning: ") != 1 || !strings.Contains(lines, "customer.subscription.removed is in no list") {
		t.Errorf("said %q", lines)
	}
}
