package delivery_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

func TestDeniedEffectDidNotHappen(t *testing.T) {
	r := newRig(t)
	d := r.first(r.process(func(ctx context.Context, a *delivery.Attempt) error {
		_, err := a.Effect(ctx, "mail/1", func(context.Context) (json.RawMessage, error) {
			return nil, fmt.Errorf("mail %w: allow ses:SendEmail", event.ErrDenied)
		}, false)
		return err
	}))
	if d.State != event.Waiting || d.Error != "mail denied: allow ses:SendEmail" {
		t.Fatalf("%s %q, expected it to wait for the permission and to name it", d.State, d.Error)
	}
	r.now = d.Next
	r.want(r.again(r.process(r.mail)), event.Done, 1, 0)
}

func TestOutcomeThatCannotBeRecordedIsUnknown(t *testing.T) {
	r := newRig(t)
	r.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Resolve" {
			return memory.Refuse(errDown)
		}
		return memory.Fault{}
	}
	r.want(r.first(r.process(r.mail)), event.Unknown, 1, 0)
}

func TestTwoScopesShareNeitherRowNorEffect(t *testing.T) {
	r := newRig(t)
	e := event.Event{Body: []byte(`{}`), Facts: event.Facts{ID: "evt_test", Type: "charge.succeeded", Created: r.now, Received: r.now}}
	if _, err := r.Put(t.Context(), e, r.now.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	h := r.process(func(ctx context.Context, a *delivery.Attempt) error {
		if err := add(ctx, a); err != nil {
			return err
		}
		return r.mail(ctx, a)
	})
	r.want(r.first(h), event.Done, 1, 1)
	d, err := h.Deliver(t.Context(), "evt_test", false)
	if err != nil {
		t.Fatal(err)
	}
	r.want(d, event.Done, 2, 1)
	row, err := r.Load(t.Context(), "counts", "test/own/count/1")
	if err != nil || string(row.Data) != `{"N":1}` {
		t.Fatalf("the test event's row is %s, %v", row.Data, err)
	}
}

func TestIntentWhoseReplyWasLostIsTakenBack(t *testing.T) {
	r := newRig(t)
	lose := true
	r.Fault = func(op memory.Op) memory.Fault {
		if lose && op.Name == "Intend" {
			return memory.LoseReply(errDown)
		}
		return memory.Fault{}
	}
	h := r.process(r.mail)
	d := r.first(h)
	r.want(d, event.Waiting, 0, 0)
	lose, r.now = false, d.Next // long before the intent's lease ends
	r.want(r.again(h), event.Done, 1, 0)
}

func TestOneKeyIsForOneEffectOfAnEvent(t *testing.T) {
	r := newRig(t)
	d := r.first(r.process(func(ctx context.Context, a *delivery.Attempt) error {
		_ = r.mail(ctx, a)
		_ = r.mail(ctx, a)
		return nil
	}))
	r.want(d, event.Parked, 1, 0)
}
