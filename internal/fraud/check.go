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

// Check returns what stands against the order: ask before goods leave. The
// order is named by its payment intent, else its charge; one of a connected
// account by event.Scoped. It costs one
// consistent read and one per card and customer that paid or tried to. An order
// of which nothing is known has no holds and no error; on an error nobody
// knows, and the caller decides.
func Check(ctx context.Context, r Reader, order string) ([]Hold, error) {
	var o Order
	if err := Read(ctx, r, order, &o); err != nil {
		return nil, err
	}
	holds := o.Holds
	for _, source := range o.Facts.Sources {
		var s Source
		if err := Read(ctx, r, source, &s); err != nil {
			return nil, err
		}
		holds = append(holds, s.Holds...)
	}
	return slices.DeleteFunc(List(holds), func(h Hold) bool { return h.Order != o.Order || !h.Released.IsZero() }), nil
}

// Read reads a row of the table into v, an *Order or a *Source, and leaves v as
// it is where there is none.
func Read(ctx context.Context, r Reader, key string, v any) error {
	it, err := r.Load(ctx, Table, key)
	if err != nil {
		return fmt.Errorf("read %s %s: %w", Table, key, err)
	}
	if it.Version == 0 {
		return nil
	}
	if err := json.Unmarshal(it.Data, v); err != nil {
		return fmt.Errorf("read %s %s: %w", Table, key, err)
	}
	return nil
}
