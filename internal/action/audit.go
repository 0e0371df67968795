package action

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/event"
)

// An audit recomputes rows of state from the stored events, through the same
// functions and transitions that made them. It calls nothing outside, claims
// nothing and writes nothing, unless a repair is asked for.

// AuditRequest is sent to an action's function in place of a queue's batch.
// With Rows it checks them; else it tells which rows the Events change.
type AuditRequest struct {
	Events []string   `json:"events,omitempty"`
	Rows   []AuditRow `json:"rows,omitempty"`
	// Complete says that every event there ever was is still stored.
	Complete bool `json:"complete,omitempty"`
	Repair   bool `json:"repair,omitempty"`
}

// AuditRow is one row and the events that changed it, oldest first.
type AuditRow struct {
	Table  string   `json:"table"`
	Key    string   `json:"key"`
	Events []string `json:"events"`
}

// AuditReply answers an AuditRequest.
type AuditReply struct {
	Rows     []AuditRow     `json:"rows,omitempty"`     // which events change which rows
	Findings []AuditFinding `json:"findings,omitempty"` // rows that are not as recomputed
}

// Verdicts of an audit on one row.
const (
	AuditMissing    = "missing"    // facts of stored events are not in the row
	AuditExtra      = "extra"      // the row holds what no stored event accounts for
	AuditUnprovable = "unprovable" // so it does, but older events are gone
)

// AuditFinding is a row that is not as recomputed.
type AuditFinding struct {
	Table      string          `json:"table"`
	Key        string          `json:"key"`
	Verdict    string          `json:"verdict"`
	Actual     json.RawMessage `json:"actual,omitempty"`
	Recomputed json.RawMessage `json:"recomputed,omitempty"`
	Repaired   bool            `json:"repaired,omitempty"`
}

// Invoke is the function's entry: a batch of the queue, or an audit.
func (h *Handler) Invoke(ctx context.Context, in json.RawMessage) (any, error) {
	var req struct {
		Audit *AuditRequest `json:"audit"`
		events.SQSEvent
	}
	if err := json.Unmarshal(in, &req); err != nil {
		return nil, fmt.Errorf("read the invocation: %w", err)
	}
	if req.Audit != nil {
		return h.Audit(ctx, *req.Audit)
	}
	return h.Handle(ctx, req.SQSEvent)
}

// Audit answers one request. Its errors mean that nothing was found out.
func (h *Handler) Audit(ctx context.Context, req AuditRequest) (AuditReply, error) {
	if req.Rows == nil {
		return h.touched(ctx, req.Events)
	}
	var reply AuditReply
	for _, row := range req.Rows {
		f, err := h.check(ctx, row, req)
		if err != nil {
			return reply, fmt.Errorf("audit %s %s: %w", row.Table, row.Key, err)
		}
		if f != nil {
			reply.Findings = append(reply.Findings, *f)
		}
	}
	return reply, nil
}

// touched tells which rows the events change.
func (h *Handler) touched(ctx context.Context, ids []string) (AuditReply, error) {
	var reply AuditReply
	for _, id := range ids {
		us, err := h.rehearse(ctx, id)
		if err != nil {
			return reply, fmt.Errorf("audit event %s: %w", id, err)
		}
		for _, u := range us {
			i := slices.IndexFunc(reply.Rows, func(r AuditRow) bool { return r.Table == u.table && r.Key == u.key })
			if i < 0 {
				i = len(reply.Rows)
				reply.Rows = append(reply.Rows, AuditRow{Table: u.table, Key: u.key})
			}
			reply.Rows[i].Events = append(reply.Rows[i].Events, id)
		}
	}
	return reply, nil
}

// rehearse runs the function for an event that it has done, and returns the
// changes of state that it asks for.
func (h *Handler) rehearse(ctx context.Context, id string) ([]update, error) {
	d, err := h.Ledger.Delivery(ctx, id, h.Action)
	if errors.Is(err, event.ErrNotFound) || err == nil && (d.State != event.Done || d.Ignored) {
		return nil, nil // it changed nothing yet, or was to change nothing
	}
	if err != nil {
		return nil, err
	}
	a := &attempt{h: h, d: d, used: map[string]bool{}, rehearsal: true}
	if a.stored, err = h.Store.Get(ctx, id); err != nil {
		return nil, err
	}
	if err := a.call(ctx); err != nil {
		return nil, nil //nolint:nilerr // it does nothing today; the row shows what it did then
	}
	return a.updates, nil
}

// kept hands back what an effect returned when it happened.
func (a *attempt) kept(ctx context.Context, key string) (json.RawMessage, error) {
	held, err := a.h.Ledger.Effect(ctx, key, a.d.Action)
	if err != nil {
		return nil, err
	}
	if held.State != event.EffectDone {
		return nil, Ignoref("%s has no result", key)
	}
	return held.Result, nil
}

// check compares one row with what its events make of it, and repairs it if it
// may.
func (h *Handler) check(ctx context.Context, row AuditRow, req AuditRequest) (*AuditFinding, error) {
	var us []update
	for _, id := range row.Events {
		all, err := h.rehearse(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, u := range all {
			if u.table == row.Table && u.key == row.Key {
				us = append(us, u)
			}
		}
	}
	recomputed, err := fold(us, nil)
	if err != nil {
		return nil, err
	}
	for try := 0; ; try++ {
		f, err := h.compare(ctx, row, us, recomputed, req)
		if !errors.Is(err, event.ErrConflict) || try == conflicts {
			return f, err
		}
	}
}

func (h *Handler) compare(ctx context.Context, row AuditRow, us []update, recomputed json.RawMessage, req AuditRequest) (*AuditFinding, error) {
	it, err := h.Ledger.Load(ctx, row.Table, row.Key)
	if err != nil {
		return nil, err
	}
	f := &AuditFinding{Table: row.Table, Key: row.Key, Actual: it.Data, Recomputed: recomputed}
	if same(it.Data, recomputed) {
		return nil, nil
	}
	united, err := fold(us, it.Data)
	if err != nil {
		return nil, err
	}
	if same(united, it.Data) {
		f.Verdict = AuditUnprovable
		if req.Complete {
			f.Verdict = AuditExtra
		}
		return f, nil
	}
	f.Verdict = AuditMissing
	again, err := fold(us, united)
	if err != nil || !req.Repair || !same(again, united) {
		return f, err // what is not a union would be counted twice
	}
	err = h.Ledger.Write(ctx, event.Write{Table: row.Table, Key: row.Key, Version: it.Version, Data: united})
	f.Repaired = err == nil
	return f, err
}

// fold runs the transitions on a row.
func fold(us []update, row json.RawMessage) (_ json.RawMessage, err error) {
	defer recovered(&err)
	for _, u := range us {
		if row, err = u.apply(row); err != nil {
			return nil, err
		}
	}
	return row, nil
}

// same compares JSON by what it says.
func same(a, b json.RawMessage) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return reflect.DeepEqual(plain(a), plain(b))
}

func plain(data json.RawMessage) any {
	var v any
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return string(data)
	}
	return v
}
