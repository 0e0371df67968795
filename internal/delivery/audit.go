package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/payhooks/payhooks/internal/batch"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// An audit recomputes rows of state from the stored events, through the same
// functions and transitions that made them. It is a dry run of the action's own
// function: it calls nothing external, claims nothing and writes nothing.

// AuditRequest is sent to an action's function instead of a queue's batch.
type AuditRequest struct {
	Events []string    `json:"events,omitempty"` // which rows do these change?
	Folds  []AuditFold `json:"folds,omitempty"`  // what do these make of their rows?
}

// AuditReply answers an AuditRequest.
type AuditReply struct {
	Touched []AuditTouched `json:"touched,omitempty"` // one for each of Events
	// Folded has one row for each of Folds; null where there is none.
	Folded []json.RawMessage `json:"folded,omitempty"`
	// Read has one for each of Folds, too. A function of an older release has none.
	Read []AuditRead `json:"read,omitempty"`
}

// AuditTouched is what one event changes.
type AuditTouched struct {
	Rows [][2]string `json:"rows,omitempty"` // table and key
	// Unfinished: the event may change rows yet. The action is not done with it, or an
	// operator may reopen it.
	Unfinished bool `json:"unfinished,omitempty"`
	// Error is why the result is unknown: the function failed as it never should for
	// an event that it has done.
	Error string `json:"error,omitempty"`
}

// FetchRequest is sent to function fetch instead of a queue's batch: fetch for this event
// now.
type FetchRequest struct {
	Event string `json:"event"`
}

// FetchReply answers a FetchRequest.
type FetchReply struct {
	Event string `json:"event,omitempty"` // the occurrence, which is fetched
	Error string `json:"error,omitempty"` // why it never can be
}

// parallelism is how many events one request recomputes at once.
const parallelism = 16

// Invoke is the function's entry: a batch of the queue, an audit or a probe.
func (h *Handler) Invoke(ctx context.Context, in json.RawMessage) (any, error) {
	messages, err := batch.Read(in)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the invocation: %w", err)
	case len(messages.Records) > 0:
		return h.Handle(ctx, messages)
	}
	var req struct {
		Audit *AuditRequest `json:"audit"`
		Fetch *FetchRequest `json:"fetch"`
		Probe *ProbeAction  `json:"payhooks"`
	}
	if err := json.Unmarshal(in, &req); err != nil {
		return nil, fmt.Errorf("read the invocation: %w", err)
	}
	switch {
	case req.Audit != nil:
		return h.Audit(ctx, *req.Audit)
	case req.Fetch != nil && h.OnDemand != nil:
		reply, err := h.OnDemand(ctx, req.Fetch.Event)
		reply.Error = redact(reply.Error)
		return reply, err
	case req.Probe != nil:
		return h.Probe(ctx, req.Probe.Probe)
	}
	return h.Handle(ctx, messages)
}

// Audit answers one request. Its errors mean that nothing was found out.
func (h *Handler) Audit(ctx context.Context, req AuditRequest) (AuditReply, error) {
	var reply AuditReply
	results, err := h.recomputeAll(ctx, req.Events)
	if err != nil {
		return reply, err
	}
	for _, p := range results {
		t := AuditTouched{Unfinished: p.unfinished}
		if p.err != nil {
			t.Error = redact(p.err.Error())
		}
		for _, u := range p.updates {
			t.Rows = append(t.Rows, [2]string{u.table, u.key})
		}
		reply.Touched = append(reply.Touched, t)
	}
	for _, f := range req.Folds {
		row, read, err := h.fold(ctx, f)
		if err != nil {
			return reply, fmt.Errorf("audit %s %s: %w", f.Table, f.Key, err)
		}
		reply.Folded, reply.Read = append(reply.Folded, row), append(reply.Read, read)
	}
	return reply, nil
}

// recomputed is what the function asks for, given an event that it has done.
type recomputed struct {
	updates    []update
	unfinished bool
	err        error
}

// recomputeAll runs the function for each event, a few at once.
func (h *Handler) recomputeAll(ctx context.Context, ids []string) ([]recomputed, error) {
	return parallel.Map(ctx, parallelism, ids, func(ctx context.Context, id string) (recomputed, error) {
		r, err := h.recompute(ctx, id)
		if err != nil {
			err = fmt.Errorf("audit event %s: %w", id, err)
		}
		return r, err
	})
}

func (h *Handler) recompute(ctx context.Context, id string) (recomputed, error) {
	b := h.Ledger.Begin(ctx, []event.DeliveryRef{{Action: h.Action, Event: id}})[0]
	d := b.Delivery
	switch {
	case errors.Is(b.Err, event.ErrNotFound):
		return recomputed{unfinished: d.State == ""}, nil // it expired in between
	case b.Err != nil:
		return recomputed{}, b.Err
	case !d.Committed:
		return recomputed{unfinished: d.State != event.Done || d.Withheld}, nil
	}
	a := &Attempt{h: h, d: d, stored: b.Stored, used: map[string]bool{}, doneBy: map[string]string{}, dryRun: true}
	var permanent *event.PermanentError
	err := a.call(ctx)
	switch {
	case a.lostErr != nil:
		return recomputed{err: a.lostErr}, nil
	case err == nil, withheldOnly(err):
		return recomputed{updates: a.updates}, nil
	case event.Skipped(err), errors.As(err, &permanent):
		return recomputed{}, nil // it would do nothing with the event today
	}
	return recomputed{err: err}, nil
}
