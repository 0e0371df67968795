package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// provable reports whether the stored events account for all of a row: none can
// have expired, some of them make it, and a delivery wrote it last.
func (a *actionAudit) provable(it event.Row, recomputed json.RawMessage) bool {
	return a.complete() && recomputed != nil && !it.Direct
}

// rebuild replaces the rows that are provable by what all stored events make of
// them now. A version is read before the events are: whatever commits after that
// moves the version, and the row is recomputed. It gives up after a few tries.
func (a *actionAudit) rebuild(ctx context.Context, found []Finding) error {
	todo := map[rowKey]*Finding{}
	for i := range found {
		f := &found[i]
		if f.Rebuildable = f.Rebuildable && len(a.failed) == 0; f.Rebuildable && a.Rebuild {
			todo[rowKey{f.Table, f.Key}] = f
		}
	}
	for try := 0; len(todo) > 0 && try < auditTries; try++ {
		rows, err := a.load(ctx, slices.Collect(maps.Keys(todo)))
		if err != nil {
			return err
		}
		if err := a.catchUp(ctx); err != nil {
			return err
		}
		if err := a.replace(ctx, rows, todo); err != nil {
			return err
		}
	}
	return nil
}

func (a *actionAudit) load(ctx context.Context, keys []rowKey) (map[rowKey]event.Row, error) {
	list, err := parallel.Map(ctx, readers, keys, func(ctx context.Context, k rowKey) (event.Row, error) {
		return a.Ledger.Load(ctx, k.table, k.key)
	})
	rows := map[rowKey]event.Row{}
	for i, it := range list {
		rows[keys[i]] = it
	}
	return rows, err
}

// catchUp looks at every event that is new or was not finished, after the time
// that the index of the events may be behind.
func (a *actionAudit) catchUp(ctx context.Context) error {
	todo, err := a.again(ctx, a.begin.Add(-ever))
	if err != nil {
		return err
	}
	_, err = a.touch(ctx, todo)
	if err == nil && len(a.failed) > 0 { // it is not known which rows such an event changes
		err = fmt.Errorf("event %s cannot be recomputed: %s", a.failed[0].Key, a.failed[0].Error)
	}
	return err
}

// replace writes the rows at the versions that were read. Those that moved since
// stay in todo.
func (a *actionAudit) replace(ctx context.Context, rows map[rowKey]event.Row, todo map[rowKey]*Finding) error {
	keys := map[rowKey]bool{}
	for k := range todo {
		keys[k] = true
	}
	return parallel.Each(ctx, auditors, a.batches(keys), func(ctx context.Context, batch []rowKey) error {
		all := make([]*folding, len(batch))
		for i, k := range batch {
			all[i] = a.onto(k, nil, rows[k].Data)
		}
		if err := a.fold(ctx, all); err != nil {
			return err
		}
		for i, k := range batch {
			done, err := a.write(ctx, rows[k], all[i])
			if errors.Is(err, event.ErrConflict) {
				continue
			}
			if err != nil {
				return err
			}
			a.mu.Lock()
			f := todo[k]
			f.Actual, f.Recomputed, f.Rebuilt, f.Rebuildable = rows[k].Data, all[i].row, done, done
			delete(todo, k)
			a.mu.Unlock()
		}
		return nil
	})
}

// write replaces one row, unless it is not provable any more.
func (a *actionAudit) write(ctx context.Context, it event.Row, recomputed *folding) (bool, error) {
	if !a.provable(it, recomputed.row) {
		return false, nil
	}
	if read := recomputed.read; read.Error == "" && delivery.SameRow(read.Row, recomputed.row) {
		return true, nil
	}
	w := event.Write{Table: recomputed.table, Key: recomputed.key, Version: it.Version, Data: recomputed.row, Derived: true}
	err := a.Ledger.Write(ctx, w)
	return err == nil, err
}
