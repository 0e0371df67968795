package operator

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// check compares rows with what their events make of them.
func (a *actionAudit) check(ctx context.Context, rows map[rowKey]bool) (found []Finding, err error) {
	err = parallel.Each(ctx, auditors, a.batches(rows), func(ctx context.Context, batch []rowKey) error {
		recomputed, err := a.fold(ctx, batch, make([]json.RawMessage, len(batch)))
		if err != nil {
			return err
		}
		a.progress(len(batch))
		for i, k := range batch {
			f, err := a.compare(ctx, k, recomputed[i])
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

// fold asks what the rows' events make of them, in steps where they are many.
func (a *actionAudit) fold(ctx context.Context, keys []rowKey, from []json.RawMessage) ([]json.RawMessage, error) {
	rows := slices.Clone(from)
	for at, more := 0, true; more; at += auditEvents {
		var req delivery.AuditRequest
		var which []int
		more = false
		for i, k := range keys {
			events := a.rows[k]
			if at >= len(events) {
				continue
			}
			end := min(at+auditEvents, len(events))
			more = more || end < len(events)
			which = append(which, i)
			req.Folds = append(req.Folds, delivery.AuditFold{Table: k.table, Key: k.key, Events: ids(events[at:end]), Row: rows[i]})
		}
		reply, err := a.ask(ctx, a.name, req)
		if err == nil && len(reply.Folded) != len(which) {
			err = errOldAnswer
		}
		if err != nil {
			return nil, err
		}
		for j, i := range which {
			rows[i] = present(reply.Folded[j])
		}
	}
	return rows, nil
}

// present is nil for a row that is not there.
func present(row json.RawMessage) json.RawMessage {
	if string(row) == "null" {
		return nil
	}
	return row
}

// compare returns nil for a row that is as recomputed.
func (a *actionAudit) compare(ctx context.Context, k rowKey, recomputed json.RawMessage) (*Finding, error) {
	it, err := a.Ledger.Load(ctx, k.table, k.key)
	if err != nil {
		return nil, err
	}
	if same(it.Data, recomputed) {
		return nil, nil
	}
	f := &Finding{Action: a.name, Table: k.table, Key: k.key, Actual: it.Data, Recomputed: recomputed, Rebuildable: a.provable(it, recomputed)}
	united, isUnion, err := a.unite(ctx, k, it.Data)
	switch {
	case err != nil:
		return nil, err
	case same(united, it.Data):
		f.Verdict = a.beyond(it)
	case isUnion || a.complete():
		f.Verdict = Missing
	default:
		f.Verdict = Unprovable // it may count what has expired
	}
	return f, nil
}

// unite folds the events onto a row that should know them, and says whether
// doing so is harmless: the same again changes nothing more.
func (a *actionAudit) unite(ctx context.Context, k rowKey, row json.RawMessage) (united json.RawMessage, isUnion bool, err error) {
	once, err := a.fold(ctx, []rowKey{k}, []json.RawMessage{row})
	if err != nil {
		return nil, false, err
	}
	twice, err := a.fold(ctx, []rowKey{k}, once)
	if err != nil {
		return nil, false, err
	}
	return once[0], same(once[0], twice[0]), nil
}

// repair adds the facts of the stored events to a row, unless that could count
// one twice.
func (a *actionAudit) repair(ctx context.Context, k rowKey) (bool, error) {
	for try := 1; ; try++ {
		it, err := a.Ledger.Load(ctx, k.table, k.key)
		if err != nil {
			return false, err
		}
		united, isUnion, err := a.unite(ctx, k, it.Data)
		if err != nil || !isUnion {
			return false, err
		}
		if same(united, it.Data) {
			return true, nil
		}
		err = a.Ledger.Write(ctx, event.Write{Table: k.table, Key: k.key, Version: it.Version, Data: united, Derived: !it.Direct})
		if err == nil || !errors.Is(err, event.ErrConflict) || try == auditTries {
			return err == nil, err
		}
	}
}

// same compares JSON by what it says.
func same(a, b json.RawMessage) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return reflect.DeepEqual(plainJSON(a), plainJSON(b))
}

func plainJSON(data json.RawMessage) any {
	var v any
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return string(data)
	}
	return v
}
