package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/payhooks/payhooks/internal/event"
)

// Scan reads the rows of a kind, or of all kinds for none, from a state table, in
// no order. One that cannot be read is an error: sums without it would be wrong.
func Scan[T any](ctx context.Context, t *Target, table, kind string) (all []T, err error) {
	for row, err := range t.Tables.Scan(ctx, table) {
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", table, err)
		}
		_, of, _, err := event.ParseKey(row.Key)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", table, err)
		}
		if kind != "" && of != kind {
			continue
		}
		var v T
		if err := json.Unmarshal(row.Data, &v); err != nil {
			return nil, fmt.Errorf("read %s: row %s: %w", table, row.Key, err)
		}
		all = append(all, v)
	}
	return all, nil
}
