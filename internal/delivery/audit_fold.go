package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// AuditFold asks what events make of a row, in this order.
type AuditFold struct {
	Table  string          `json:"table"`
	Key    string          `json:"key"`
	Events []string        `json:"events"`
	Row    json.RawMessage `json:"row,omitempty"` // as it is before; absent: there is none
	// Stored is the row in the table, to be read; absent: there is none.
	Stored json.RawMessage `json:"stored,omitempty"`
	// Known asks which of the events the stored row has already.
	Known bool `json:"known,omitempty"`
}

// AuditRead is a stored row as the action reads it.
type AuditRead struct {
	// Row is the stored row after the action decoded and encoded it, so that what it
	// means is compared and not how it was written, maybe by an older release.
	Row   json.RawMessage `json:"row,omitempty"`
	Error string          `json:"error,omitempty"` // why the action cannot read it
	Known []string        `json:"known,omitempty"` // the events that change nothing in it
}

// fold runs the events' transitions on a row, and reads the stored one.
func (h *Handler) fold(ctx context.Context, f AuditFold) (row json.RawMessage, read AuditRead, err error) {
	updates, err := h.updates(ctx, f)
	if err != nil {
		return nil, read, err
	}
	defer recovered(&err)
	row, read.Row = present(f.Row), present(f.Stored)
	for _, u := range updates {
		if row, err = u.apply(row); err != nil {
			return nil, read, fmt.Errorf("event %s: %w", u.event, err)
		}
	}
	if len(updates) == 0 {
		return row, read, nil
	}
	last := updates[len(updates)-1]
	if row, err = last.asRead(row); err != nil || read.Row == nil {
		return row, read, err
	}
	stored, err := last.reread(read.Row)
	if err != nil {
		read.Error = redact(err.Error())
		return row, read, nil
	}
	if read.Row = stored; f.Known {
		read.Known, err = known(stored, updates)
	}
	return row, read, err
}

// eventUpdate is an event's transition of the row in question.
type eventUpdate struct {
	event string
	update
}

// asRead is what the action makes of a row that it wrote when it reads it: a member that
// holds nothing may be gone.
func (u eventUpdate) asRead(row json.RawMessage) (json.RawMessage, error) {
	if row == nil {
		return nil, nil
	}
	again, err := u.reread(row)
	if err != nil {
		return nil, fmt.Errorf("event %s: read the row again: %w", u.event, err)
	}
	return again, nil
}

// updates are those of the events that change the row.
func (h *Handler) updates(ctx context.Context, f AuditFold) (all []eventUpdate, err error) {
	results, err := h.recomputeAll(ctx, f.Events)
	if err != nil {
		return nil, err
	}
	for i, p := range results {
		if p.err != nil {
			return nil, fmt.Errorf("event %s: %w", f.Events[i], p.err)
		}
		at := slices.IndexFunc(p.updates, func(u update) bool { return u.table == f.Table && u.key == f.Key })
		if at >= 0 {
			all = append(all, eventUpdate{f.Events[i], p.updates[at]})
		}
	}
	return all, nil
}

// known are the events whose facts the row has: they change nothing in it.
func known(row json.RawMessage, updates []eventUpdate) (ids []string, err error) {
	for _, u := range updates {
		after, err := u.apply(row)
		if err == nil {
			after, err = u.asRead(after)
		}
		if err != nil {
			return nil, fmt.Errorf("event %s: %w", u.event, err)
		}
		if SameRow(row, after) {
			ids = append(ids, u.event)
		}
	}
	return ids, nil
}

// present is nil for a row that is not there.
func present(row json.RawMessage) json.RawMessage {
	if string(row) == "null" {
		return nil
	}
	return row
}
