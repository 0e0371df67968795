package fraud

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// Reader reads one row of state; dynamo.Tables and memory.Store are Readers.
type Reader interface {
	Load(ctx context.Context, table, key string) (event.Row, error)
}

// Check returns the holds that stand against the order: call it before goods
// leave. The order is named by its payment intent, else its charge. It costs one
// consistent read and one per card and customer that paid or tried to. The rule is
// the stack's; see RuleFrom. An order
// without a row has no holds and no error; an error leaves the decision to the
// caller.
func Check(ctx context.Context, r Reader, rule Rule, s event.Scope, order string) ([]Hold, error) {
	o, err := ReadOrder(ctx, r, s, order)
	if err != nil {
		return nil, err
	}
	var sources []Source
	for _, source := range o.SourceNames() {
		row, err := ReadSource(ctx, r, s, source)
		if err != nil {
			return nil, err
		}
		sources = append(sources, row)
	}
	return slices.DeleteFunc(Holds(rule, []Order{o}, sources), func(h Hold) bool { return h.Order != o.Order || !h.Released.IsZero() }), nil
}

// ReadOrder reads the row of an order; the zero Order where there is none.
func ReadOrder(ctx context.Context, r Reader, s event.Scope, order string) (o Order, err error) {
	return o, read(ctx, r, s.Key(Kind, order), &o)
}

// ReadSource reads the row of a card or customer, named as Sources does; the zero
// Source where there is none.
func ReadSource(ctx context.Context, r Reader, s event.Scope, source string) (row Source, err error) {
	return row, read(ctx, r, s.Key(SourceKey(source)), &row)
}

func read(ctx context.Context, r Reader, key string, v any) error {
	row, err := r.Load(ctx, Table, key)
	if err != nil {
		return fmt.Errorf("read %s %s: %w", Table, key, err)
	}
	if row.Version == 0 {
		return nil
	}
	if err := json.Unmarshal(row.Data, v); err != nil {
		return fmt.Errorf("read %s %s: %w", Table, key, err)
	}
	return nil
}
