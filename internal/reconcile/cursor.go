package reconcile

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

const cursors = "cursors"

// Cursor is the one row type of the table: how far a sweep is in one shard or
// scope, under the sweep's name. It moves only after the work is done, and on
// condition that no other run moved it.
type Cursor[T any] struct {
	Key     string
	At      T
	version int64
}

// loadCursor returns the cursor as it is; a new one has the zero T.
func loadCursor[T any](ctx context.Context, l event.Ledger, key string) (*Cursor[T], error) {
	row, err := l.Load(ctx, cursors, key)
	if err != nil {
		return nil, fmt.Errorf("load cursor %s: %w", key, err)
	}
	row.Key = key
	return readCursor[T](row)
}

func readCursor[T any](row event.Row) (*Cursor[T], error) {
	c := &Cursor[T]{Key: row.Key, version: row.Version}
	if row.Data == nil {
		return c, nil
	}
	if err := json.Unmarshal(row.Data, &c.At); err != nil {
		return nil, fmt.Errorf("read cursor %s: %w", row.Key, err)
	}
	return c, nil
}

// ScanCursors returns those whose key begins with the prefix, by key.
func ScanCursors[T any](ctx context.Context, l event.Ledger, prefix string) (map[string]*Cursor[T], error) {
	all := map[string]*Cursor[T]{}
	for row, err := range l.Scan(ctx, cursors) {
		if err != nil {
			return nil, fmt.Errorf("scan cursors: %w", err)
		}
		if !strings.HasPrefix(row.Key, prefix) {
			continue
		}
		if all[row.Key], err = readCursor[T](row); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Save moves the cursor; event.ErrConflict if another run did.
func (c *Cursor[T]) Save(ctx context.Context, l event.Ledger) error {
	data, err := json.Marshal(c.At)
	if err != nil {
		return err
	}
	err = l.Write(ctx, event.Write{Table: cursors, Key: c.Key, Version: c.version, Data: data})
	if err != nil {
		return fmt.Errorf("save cursor %s: %w", c.Key, err)
	}
	c.version++
	return nil
}
