package command

import (
	"iter"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
)

// inScope leaves out the items of other scopes.
func inScope[T any](f cli.ScopeFlags, all iter.Seq2[T, error], of func(T) event.Scope) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range all {
			if (err != nil || f.Matches(of(v))) && !yield(v, err) {
				return
			}
		}
	}
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

// counted calls seen for each item; nil is none.
func counted[T any](all iter.Seq2[T, error], seen func()) iter.Seq2[T, error] {
	if seen == nil {
		return all
	}
	return func(yield func(T, error) bool) {
		for v, err := range all {
			if seen(); !yield(v, err) {
				return
			}
		}
	}
}

// header has texts as the columns of a table.
func header(texts []string) []any {
	all := make([]any, len(texts))
	for i, t := range texts {
		all[i] = t
	}
	return all
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
