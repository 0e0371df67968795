package operator

import (
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/facts"
)

// answered is the one type whose sender waits for a decision in the answer: ingest
// gives none, so it is never subscribed to.
const answered = "issuing_authorization.request"

// DestinationTypes are the names under which Stripe delivers the types that actions
// subscribe to, in one payload style, and those that it does not deliver in that.
func DestinationTypes(subscribed []string, thin bool) (types, left []string) {
	for _, t := range subscribed {
		if name, ok := deliveredAs(t, thin); ok {
			types = append(types, name)
		} else {
			left = append(left, t)
		}
	}
	slices.Sort(types)
	slices.Sort(left)
	return slices.Compact(types), slices.Compact(left)
}

func deliveredAs(t string, thin bool) (name string, ok bool) {
	onlyThin := strings.HasPrefix(t, "v1.") || strings.HasPrefix(t, "v2.")
	switch {
	case facts.SnapshotType(t) == answered:
		return "", false
	case thin && !onlyThin:
		return facts.TwinType(t)
	}
	return t, thin == onlyThin
}
