package dynamo

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// pager is what the SDK's paginators are.
type pager[P any] interface {
	HasMorePages() bool
	NextPage(ctx context.Context, options ...func(*dynamodb.Options)) (P, error)
}

// pages yields the pages of one paginator, once. An error is the last.
func pages[P any](ctx context.Context, p pager[P]) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		for p.HasMorePages() {
			page, err := p.NextPage(ctx)
			if !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// query yields the items of every page. An error is the last.
func (t *Tables) query(ctx context.Context, in *dynamodb.QueryInput) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		for page, err := range pages(ctx, dynamodb.NewQueryPaginator(t.client, in)) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !each(page.Items, yield) {
				return
			}
		}
	}
}

// scan is query for every item of a table.
func (t *Tables) scan(ctx context.Context, in *dynamodb.ScanInput) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		for page, err := range pages(ctx, dynamodb.NewScanPaginator(t.client, in)) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !each(page.Items, yield) {
				return
			}
		}
	}
}

// each yields the items and reports whether to continue.
func each(its []map[string]types.AttributeValue, yield func(item, error) bool) bool {
	for _, it := range its {
		if !yield(it, nil) {
			return false
		}
	}
	return true
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
