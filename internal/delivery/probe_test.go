package delivery_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/delivery"
)

// role may read and commit the items of these actions.
type role struct {
	read, commit string
	err          error
}

func (r role) MayRead(_ context.Context, action string) (bool, error) {
	return strings.Contains(r.read, action), r.err
}

func (r role) MayCommit(_ context.Context, action string) (bool, error) {
	return strings.Contains(r.commit, action), r.err
}

func TestProbeReportsWhatTheRoleMayDo(t *testing.T) {
	h := newRig(t).process(nil)
	for _, c := range []struct {
		role role
		want delivery.ProbeReply
	}{
		{role{read: "act", commit: "act"}, delivery.ProbeReply{Get: "denied", Transact: "denied", Own: "allowed"}},
		{role{read: "act other", commit: "act"}, delivery.ProbeReply{Get: "allowed", Transact: "denied", Own: "allowed"}},
		{role{commit: "act other"}, delivery.ProbeReply{Get: "denied", Transact: "allowed", Own: "allowed"}},
		{role{}, delivery.ProbeReply{Get: "denied", Transact: "denied", Own: "denied"}},
	} {
		h.Rights = c.role
		request, err := json.Marshal(delivery.ProbeRequest{Payhooks: delivery.ProbeAction{Probe: "other"}})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := h.Invoke(t.Context(), request); err != nil || got != c.want {
			t.Errorf("%+v: %+v, %v", c.role, got, err)
		}
	}
}

func TestProbeThatDecidesNothingFails(t *testing.T) {
	h := newRig(t).process(nil)
	down := errors.New("down")
	h.Rights = role{err: down}
	if got, err := h.Invoke(t.Context(), json.RawMessage(`{"payhooks":{"probe":"other"}}`)); !errors.Is(err, down) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := h.Invoke(t.Context(), json.RawMessage(`{"payhooks":{}}`)); err == nil {
		t.Errorf("%+v without the name of an action", got)
	}
	h.Rights = nil
	if got, err := h.Invoke(t.Context(), json.RawMessage(`{"payhooks":{"probe":"other"}}`)); err == nil {
		t.Errorf("%+v without rights", got)
	}
}
