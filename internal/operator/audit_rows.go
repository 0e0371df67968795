package operator

import (
	"context"
	"encoding/json"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// check compares rows with what their events make of them.
func (a *actionAudit) check(ctx context.Context, rows map[rowKey]bool) (found []Finding, err error) {
	err = parallel.Each(ctx, auditors, a.batches(rows), func(ctx context.Context, batch []rowKey) error {
		actual, all := make([]event.Row, len(batch)), make([]*folding, len(batch))
		for i, k := range batch {
			it, err := a.Ledger.Load(ctx, k.table, k.key)
			if err != nil {
				return err
			}
			actual[i], all[i] = it, a.onto(k, nil, it.Data)
		}
		if err := a.fold(ctx, all); err != nil {
			return err
		}
		a.progress(len(batch))
		for i, recomputed := range all {
			f, _, err := a.judge(ctx, actual[i], recomputed)
			if err != nil {
				return err
			}
			if f != nil {
				a.mu.Lock()
				found = append(found, *f)
				a.mu.Unlock()
			}
		}
		return nil
	})
	return found, err
}

// batches groups rows for one question each. A row with more events than one
// question takes is alone.
func (a *actionAudit) batches(rows map[rowKey]bool) (all [][]rowKey) {
	var batch []rowKey
	events := 0
	for k := range rows {
		n := len(a.rows[k])
		if n == 0 {
			continue // no event changes it: unaccounted finds it
		}
		if len(batch) == auditRows || len(batch) > 0 && events+n > auditEvents {
			all, batch, events = append(all, batch), nil, 0
		}
		batch, events = append(batch, k), events+n
	}
	if len(batch) > 0 {
		all = append(all, batch)
	}
	return all
}

// folding is one row on which events are folded.
type folding struct {
	rowKey
	events []moment
	row    json.RawMessage // before and, once they are folded, after
	stored json.RawMessage // the row in the table, for read; nil is none
	known  bool            // ask which events the stored row has already

	read delivery.AuditRead
	at   int // how many events are folded
}

// onto folds the row's events onto from, and reads the stored row.
func (a *actionAudit) onto(k rowKey, from, stored json.RawMessage) *folding {
	return &folding{rowKey: k, events: a.rows[k], row: from, stored: stored}
}

// fold asks what events make of rows, in steps where they are many.
func (a *actionAudit) fold(ctx context.Context, all []*folding) error {
	for len(all) > 0 {
		var req delivery.AuditRequest
		var more []*folding
		for _, f := range all {
			req.Folds = append(req.Folds, f.next())
			if f.at < len(f.events) {
				more = append(more, f)
			}
		}
		reply, err := a.ask(ctx, a.name, req)
		if err == nil && (len(reply.Folded) != len(all) || len(reply.Read) != len(all)) {
			err = errOldAnswer
		}
		if err != nil {
			return err
		}
		for i, f := range all {
			f.take(reply.Folded[i], reply.Read[i])
		}
		all = more
	}
	return nil
}

// next is the question about the events that are not folded yet.
func (f *folding) next() delivery.AuditFold {
	from := f.at
	f.at = min(from+auditEvents, len(f.events))
	q := delivery.AuditFold{Table: f.table, Key: f.key, Events: ids(f.events[from:f.at]), Row: f.row}
	if from == 0 || f.known {
		q.Stored, q.Known = f.stored, f.known
	}
	return q
}

func (f *folding) take(row json.RawMessage, read delivery.AuditRead) {
	f.row, read.Row = present(row), present(read.Row)
	known := append(f.read.Known, read.Known...)
	if read.Row != nil || f.read.Row == nil {
		f.read = read
	}
	f.read.Known = known
}

// present is nil for a row that is not there.
func present(row json.RawMessage) json.RawMessage {
	if string(row) == "null" {
		return nil
	}
	return row
}
