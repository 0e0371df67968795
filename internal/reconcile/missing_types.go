package reconcile

import (
	"context"
	"fmt"
	"slices"
)

// missingTypes are the event types that are subscribed; every if they are all.
type missingTypes struct {
	Types []string `json:"types"`
	Every bool     `json:"every"`
}

func (t missingTypes) snapshots() [][]string { return snapshotChunks(t.Types, t.Every) }
func (t missingTypes) thin() [][]string      { return thinChunks(t.Types, t.Every) }

// typesKey is the cursor that has the types as they were listed last.
const typesKey = "types"

// subscribedTypes asks the bus, and where that does not answer takes what it said last:
// events that Stripe could not deliver do not wait for it.
func (m *Missing) subscribedTypes(ctx context.Context) (t missingTypes, err error) {
	last, err := CursorOf[missingTypes](m.run, typesKey)
	if err != nil {
		return t, err
	}
	t.Types, t.Every, err = m.Types.Types(ctx)
	if err != nil {
		err = fmt.Errorf("subscribed types: %w", err)
		if last.version == 0 {
			return t, err
		}
		m.run.Report(err)
		return last.At, nil
	}
	if last.version == 0 || last.At.Every != t.Every || !slices.Equal(last.At.Types, t.Types) {
		last.At = t
		return t, afterwards(ctx, last.Save, m.Ledger)
	}
	return t, nil
}
