package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/payhooks/payhooks/internal/event"
)

// Each yields the rows of a kind, or of all kinds for none, from a state table while it
// reads them, in no order. An error ends it, also a row that cannot be read.
func Each[T any](ctx context.Context, t *Target, table, kind string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for row, err := range t.Tables.Scan(ctx, table) {
			if err != nil {
				yield(none, fmt.Errorf("read %s: %w", table, err))
				return
			}
			_, of, _, err := event.ParseKey(row.Key)
			if err != nil {
				yield(none, fmt.Errorf("read %s: %w", table, err))
				return
			}
			if kind != "" && of != kind {
				continue
			}
			var v T
			if err := json.Unmarshal(row.Data, &v); err != nil {
				yield(none, fmt.Errorf("read %s: row %s: %w", table, row.Key, err))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}

// Scan is Each with all rows at once, or none with an error: sums without a row that
// cannot be read would be wrong.
func Scan[T any](ctx context.Context, t *Target, table, kind string) (all []T, err error) {
	for v, err := range Each[T](ctx, t, table, kind) {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}
