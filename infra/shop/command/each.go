package command

import (
	"iter"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
)

// limitFlag adds --limit to a list that has none unless told.
func limitFlag(cmd *cobra.Command, limit *int) {
	cmd.Flags().IntVar(limit, "limit", 0, "how many at most (default: all)")
}

// checkLimit returns a UsageError for a limit that is none.
func checkLimit(limit int) error {
	if limit < 0 {
		return cli.Usage("--limit %d: must be 1 or more, or 0 for all", limit)
	}
	return nil
}

// printEach prints up to limit of the items while they are read, 0 for all. What was
// read is printed also before an error.
func printEach[T any](out *cli.Rows, all iter.Seq2[T, error], limit int, none string, row func(T) error) error {
	n := 0
	for v, err := range all {
		if err == nil {
			err = row(v)
		}
		if err != nil {
			_ = out.Flush("") // its error would be that of every row
			return err
		}
		if n++; n == limit {
			break
		}
	}
	return out.Flush(none)
}

// pages yields n items at a time. The last page is shorter, and comes with the error
// that ended the sequence.
func pages[T any](seq iter.Seq2[T, error], n int) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		var page []T
		for v, err := range seq {
			if err != nil {
				yield(page, err)
				return
			}
			if page = append(page, v); len(page) == n {
				if !yield(page, nil) {
					return
				}
				page = nil
			}
		}
		yield(page, nil)
	}
}
