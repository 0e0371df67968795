package dynamo

import (
	"context"
	"fmt"
	"iter"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
)

// query yields the items of every page. An error is the last.
func (t *Tables) query(ctx context.Context, in *ddb.QueryInput) iter.Seq2[item, error] {
	one := *in
	return pages(&one.ExclusiveStartKey, func() (*ddb.QueryOutput, error) { return t.client.Query(ctx, &one) })
}

// scan is query for every item of a table.
func (t *Tables) scan(ctx context.Context, in *ddb.ScanInput) iter.Seq2[item, error] {
	one := *in
	return pages(&one.ExclusiveStartKey, func() (*ddb.QueryOutput, error) {
		out, err := t.client.Scan(ctx, &one)
		return (*ddb.QueryOutput)(out), err
	})
}

// pages yields the items of one page after another, the next of which starts where the one
// before ended.
func pages(start *map[string]ddb.AttributeValue, read func() (*ddb.QueryOutput, error)) iter.Seq2[item, error] {
	first := *start
	return func(yield func(item, error) bool) {
		*start = first
		for {
			page, err := read()
			if err != nil {
				yield(nil, err)
				return
			}
			for _, it := range page.Items {
				if !yield(item(it), nil) {
					return
				}
			}
			if *start = page.LastEvaluatedKey; len(*start) == 0 {
				return
			}
		}
	}
}

// parsed yields what parse makes of each item. An error of parse names an item
// that cannot be read, and the sequence continues; one of items ends it.
func parsed[T any](what string, items iter.Seq2[item, error], parse func(item) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for it, err := range items {
			var v T
			unavailable := err != nil
			if !unavailable {
				v, err = parse(it)
			}
			if err != nil {
				err = fmt.Errorf("%s: %w", what, err)
			}
			if !yield(v, err) || unavailable {
				return
			}
		}
	}
}
