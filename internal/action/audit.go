package action

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/internal/event"
)

// An audit recomputes rows of state from the stored events, through the same
// functions and transitions that made them. The action's own function answers
// its questions, without a line of the team's code. It calls nothing outside,
// claims nothing and writes nothing.

// AuditRequest is sent to an action's function in place of a queue's batch.
type AuditRequest struct {
	Events []string    `json:"events,omitempty"` // which rows do these change?
	Folds  []AuditFold `json:"folds,omitempty"`  // what do these make of their rows?
}

// AuditFold asks what events make of a row, in this order.
type AuditFold struct {
	Table  string          `json:"table"`
	Key    string          `json:"key"`
	Events []string        `json:"events"`
	Row    json.RawMessage `json:"row,omitempty"` // as it is before; absent: there is none
}

// AuditReply answers an AuditRequest.
type AuditReply struct {
	Touched []AuditTouched `json:"touched,omitempty"` // one for each of Events
	// Folded has one row for each of Folds; null where there is none.
	Folded []json.RawMessage `json:"folded,omitempty"`
}

// AuditTouched is what one event changes.
type AuditTouched struct {
	Rows [][2]string `json:"rows,omitempty"` // table and key
	// Unfinished: the action is not done with the event yet.
	Unfinished bool `json:"unfinished,omitempty"`
	// Error is why nobody can say: the function failed as it never should for
	// an event that it has done.
	Error string `json:"error,omitempty"`
}

// rehearsals is how many events one request rehearses at once.
const rehearsals = 16

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
	var reply AuditReply
	played, err := h.rehearse(ctx, req.Events)
	if err != nil {
		return reply, err
	}
	for _, p := range played {
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
		row, err := h.fold(ctx, f)
		if err != nil {
			return reply, fmt.Errorf("audit %s %s: %w", f.Table, f.Key, err)
		}
		reply.Folded = append(reply.Folded, row)
	}
	return reply, nil
}

// fold runs the events' transitions on a row.
func (h *Handler) fold(ctx context.Context, f AuditFold) (row json.RawMessage, err error) {
	played, err := h.rehearse(ctx, f.Events)
	if err != nil {
		return nil, err
	}
	defer recovered(&err)
	if row = f.Row; string(row) == "null" {
		row = nil
	}
	for i, p := range played {
		at := slices.IndexFunc(p.updates, func(u update) bool { return u.table == f.Table && u.key == f.Key })
		if at < 0 {
			continue
		}
		if row, err = p.updates[at].apply(row); err != nil {
			return nil, fmt.Errorf("event %s: %w", f.Events[i], err)
		}
	}
	return row, nil
}

// rehearsal is what the function asks for, given an event that it has done.
type rehearsal struct {
	updates    []update
	unfinished bool
	err        error
}

// rehearse runs the function for each event, a few at once.
func (h *Handler) rehearse(ctx context.Context, ids []string) ([]rehearsal, error) {
	played := make([]rehearsal, len(ids))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(rehearsals)
	for i, id := range ids {
		g.Go(func() (err error) {
			if played[i], err = h.play(ctx, id); err != nil {
				return fmt.Errorf("audit event %s: %w", id, err)
			}
			return nil
		})
	}
	return played, g.Wait()
}

func (h *Handler) play(ctx context.Context, id string) (rehearsal, error) {
	d, err := h.Ledger.Delivery(ctx, id, h.Action)
	switch {
	case errors.Is(err, event.ErrNotFound):
		return rehearsal{unfinished: true}, nil
	case err != nil:
		return rehearsal{}, err
	case d.State != event.Done || d.Ignored:
		return rehearsal{unfinished: d.State != event.Done}, nil
	}
	a := &attempt{h: h, d: d, used: map[string]bool{}, rehearsal: true}
	a.stored, err = h.Store.Get(ctx, id)
	if errors.Is(err, event.ErrNotFound) {
		return rehearsal{}, nil // it expired in between
	}
	if err != nil {
		return rehearsal{}, err
	}
	var permanent *permanentError
	err = a.call(ctx)
	switch {
	case err == nil:
		return rehearsal{updates: a.updates}, nil
	case Skipped(err), errors.As(err, &permanent):
		return rehearsal{}, nil // it would do nothing with the event today
	}
	return rehearsal{err: err}, nil
}

// kept hands back what an effect returned when it happened.
func (a *attempt) kept(ctx context.Context, key string) (json.RawMessage, error) {
	held, err := a.h.Ledger.Effect(ctx, key, a.d.Action)
	if errors.Is(err, event.ErrNotFound) || err == nil && held.State != event.EffectDone {
		return nil, Skipf("%s has no result", key)
	}
	return held.Result, err
}
