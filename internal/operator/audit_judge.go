package operator

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
)

// united is a row with the facts of all its stored events.
type united struct {
	row     json.RawMessage
	isUnion bool // the same again changes nothing more: no fact is counted twice
	// some: the row has the facts of one of its events at least. part: it has nothing
	// else than what those events make.
	some, part bool
}

// judge returns nil for a row that is as recomputed: as the action reads it, it
// says the same.
func (a *actionAudit) judge(ctx context.Context, it event.Row, recomputed *folding) (*Finding, united, error) {
	f := &Finding{
		Action: a.name, Table: recomputed.table, Key: recomputed.key, Actual: it.Data, Recomputed: recomputed.row,
		Rebuildable: a.provable(it, recomputed.row),
	}
	if read := recomputed.read; read.Error != "" {
		f.Verdict, f.Error = Changed, read.Error
		return f, united{}, nil
	} else if delivery.SameRow(read.Row, recomputed.row) {
		return nil, united{}, nil
	}
	u, err := a.unite(ctx, recomputed.rowKey, recomputed.read.Row)
	if err != nil {
		return nil, u, err
	}
	f.Verdict = a.verdict(it, recomputed.read.Row, u)
	return f, u, nil
}

// verdict on a row that differs. Where nothing can have expired, a row that only
// misses facts is what some of its events make; anything else in it was written by
// somebody else. Of a row that is no union it is not known which facts it misses.
func (a *actionAudit) verdict(it event.Row, read json.RawMessage, u united) Verdict {
	switch {
	case delivery.SameRow(u.row, read):
		return a.beyond(it)
	case !u.isUnion && !a.complete():
		return Unprovable // it may count what has expired
	case u.isUnion && (read == nil || u.part):
		return Missing
	case u.isUnion && u.some && !a.accounted(it):
		return Missing // what else is in it may be of events that have expired
	}
	return Changed
}

// accounted reports whether the stored events are all that may have made the row.
func (a *actionAudit) accounted(it event.Row) bool {
	return a.complete() && len(a.failed) == 0 && !it.Direct
}

// beyond is the verdict on a row that holds more than the events say.
func (a *actionAudit) beyond(it event.Row) Verdict {
	if a.accounted(it) {
		return Extra
	}
	return Unprovable
}

// unite folds the events onto a row that should know them.
func (a *actionAudit) unite(ctx context.Context, k rowKey, row json.RawMessage) (u united, err error) {
	once := a.onto(k, row, row)
	once.known = true
	if err := a.fold(ctx, []*folding{once}); err != nil {
		return u, err
	}
	known := slices.DeleteFunc(slices.Clone(a.rows[k]), func(m moment) bool { return !slices.Contains(once.read.Known, m.id) })
	twice, part := a.onto(k, once.row, nil), &folding{rowKey: k, events: known}
	if err := a.fold(ctx, []*folding{twice, part}); err != nil {
		return u, err
	}
	return united{once.row, delivery.SameRow(once.row, twice.row), len(known) > 0, delivery.SameRow(row, part.row)}, nil
}

// repair adds the facts of the stored events to a row that misses some, and leaves it
// if it is otherwise changed or could count one twice.
func (a *actionAudit) repair(ctx context.Context, k rowKey) (bool, error) {
	for try := 1; ; try++ {
		it, err := a.Ledger.Load(ctx, k.table, k.key)
		if err != nil {
			return false, err
		}
		recomputed := a.onto(k, nil, it.Data)
		if err := a.fold(ctx, []*folding{recomputed}); err != nil {
			return false, err
		}
		f, u, err := a.judge(ctx, it, recomputed)
		if err != nil || f == nil {
			return err == nil, err
		}
		if f.Verdict != Missing {
			return false, nil
		}
		err = a.Ledger.Write(ctx, event.Write{Table: k.table, Key: k.key, Version: it.Version, Data: u.row, Derived: !it.Direct})
		if err == nil || !errors.Is(err, event.ErrConflict) || try == auditTries {
			return err == nil, err
		}
	}
}
