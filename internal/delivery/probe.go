package delivery

import (
	"context"
	"errors"
	"fmt"
)

// A probe reports what this function's role may do with an action's items of
// the deliveries table. Only Lambda can assume the role, so the function itself
// tries.

// Rights tries the calls of a probe.
type Rights interface {
	// MayRead reports whether a GetItem of an item of the action is authorized.
	MayRead(ctx context.Context, action string) (bool, error)
	// MayCommit reports whether a transaction that writes an item of the action
	// is authorized. It changes nothing, authorized or not.
	MayCommit(ctx context.Context, action string) (bool, error)
}

// ProbeRequest is sent to an action's function instead of a queue's batch, as
// {"payhooks":{"probe":"another-action"}}.
type ProbeRequest struct {
	Payhooks ProbeAction `json:"payhooks"`
}

// ProbeAction names the action whose items are tried.
type ProbeAction struct {
	Probe string `json:"probe"`
}

// Access is how IAM decided about a call.
type Access string

// The two decisions.
const (
	Allowed Access = "allowed"
	Denied  Access = "denied"
)

// ProbeReply answers a ProbeRequest.
type ProbeReply struct {
	Get      Access `json:"get"`      // of the other action's item
	Transact Access `json:"transact"` // of a write to the other action's item
	Own      Access `json:"own"`      // of a write to this action's own item
}

// Probe tries the calls.
func (h *Handler) Probe(ctx context.Context, other string) (ProbeReply, error) {
	if h.Rights == nil || other == "" {
		return ProbeReply{}, errors.New("a probe needs the name of an action, and a function that runs over tables")
	}
	get, err := h.Rights.MayRead(ctx, other)
	if err != nil {
		return ProbeReply{}, fmt.Errorf("probe a read: %w", err)
	}
	transact, err := h.Rights.MayCommit(ctx, other)
	if err != nil {
		return ProbeReply{}, fmt.Errorf("probe a transaction: %w", err)
	}
	own, err := h.Rights.MayCommit(ctx, h.Action)
	if err != nil {
		return ProbeReply{}, fmt.Errorf("probe its own transaction: %w", err)
	}
	return ProbeReply{Get: access(get), Transact: access(transact), Own: access(own)}, nil
}

func access(allowed bool) Access {
	if allowed {
		return Allowed
	}
	return Denied
}
