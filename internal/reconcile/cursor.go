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

// CursorOf returns the cursor as it was when the run began; a new one has the zero T.
func CursorOf[T any](run *Run, key string) (*Cursor[T], error) {
	row := run.cursors[key]
	row.Key = key
	return readCursor[T](row)
}

// CursorsOf returns those whose key begins with the prefix, by key, as they were when the
// run began. unreadable names the others.
func CursorsOf[T any](run *Run, prefix string) (all map[string]*Cursor[T], unreadable error) {
	var bad failures
	all = map[string]*Cursor[T]{}
	for key, row := range run.cursors {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		c, err := readCursor[T](row)
		if bad.add(err); err == nil {
			all[key] = c
		}
	}
	return all, bad.err()
}

// readRows reads every cursor.
func readRows(ctx context.Context, l event.Ledger) (map[string]event.Row, error) {
	all := map[string]event.Row{}
	for row, err := range l.Scan(ctx, cursors) {
		if err != nil {
			return nil, fmt.Errorf("scan cursors: %w", err)
		}
		all[row.Key] = row
	}
	return all, nil
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
