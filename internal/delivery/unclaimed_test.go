package delivery_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
)

// The numbers are those of the acceptance rows that each test is for.

func TestFirstReceiveCommitsWithoutAClaim(t *testing.T) {
	r := newRig(t)
	calls := r.calls()
	d := r.first(r.process(add))
	r.Fault = nil
	if got := strings.Join(*calls, " "); got != "Begin Load Commit" {
		t.Fatalf("calls %s", got)
	}
	r.want(d, event.Done, 0, 1)
	if d := r.record(); d.Attempts != 1 || !d.Committed || d.Ensured || !d.Lease.IsZero() {
		t.Fatalf("%+v", d)
	}
}

func TestEnsuredDeliveryRunsWithoutAClaim(t *testing.T) {
	r := newRig(t)
	if err := r.Ensure(t.Context(), event.Ensured{DeliveryRef: r.ref, Now: r.now, Expires: r.now.AddDate(1, 0, 0)}); err != nil {
		t.Fatal(err)
	}
	calls := r.calls()
	r.want(r.first(r.process(add)), event.Done, 0, 1)
	if slices.Contains(*calls, "Claim") {
		t.Fatalf("calls %v", *calls)
	}
}

func TestRow32LateCommitIsRefusedClaimedOrNot(t *testing.T) {
	for name, claimed := range map[string]bool{"unclaimed": false, "claimed": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			b := r.process(add)
			a := r.process(func(ctx context.Context, at *delivery.Attempt) error {
				r.now = r.now.Add(time.Minute) // longer than its lease
				r.want(r.again(b), event.Done, 0, 1)
				return add(ctx, at)
			})
			d := r.deliver(a, claimed)
			r.want(d, event.Done, 0, 1)
			if d.Owner != "attempt-2" {
				t.Fatalf("%s committed last", d.Owner)
			}
		})
	}
}

func TestRow32EffectKeyKeepsTheOtherRunFromASecondMail(t *testing.T) {
	r := newRig(t)
	b := r.process(r.mail)
	a := r.process(func(ctx context.Context, at *delivery.Attempt) error {
		err := r.mail(ctx, at)
		r.now = r.now.Add(time.Minute)
		r.want(r.again(b), event.Done, 1, 0)
		return err
	})
	r.want(r.first(a), event.Done, 1, 0)
}

func TestRow71FinishedDeliveryRunsNothing(t *testing.T) {
	finish := map[string]func(*rig){
		"done":      func(r *rig) { r.first(r.process(r.mail)) },
		"parked":    func(r *rig) { r.first(r.process(permanent)) },
		"unknown":   func(r *rig) { r.first(r.process(r.lost)) },
		"discarded": func(r *rig) { r.first(r.process(permanent)); r.discard() },
	}
	for name, finish := range finish {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			finish(r)
			before, sent := r.record(), r.sent
			for _, again := range []bool{false, true} {
				r.runs = 0
				calls := r.calls()
				if d := r.deliver(r.process(r.mail), again); r.runs != 0 || r.sent != sent || string(d.State) != name {
					t.Fatalf("again %t: %d runs, %d sent, %s", again, r.runs, r.sent, d.State)
				}
				if !slices.Equal(*calls, []string{"Begin"}) {
					t.Fatalf("again %t: calls %v", again, *calls)
				}
			}
			if now := r.record(); now.Owner != before.Owner || now.Attempts != before.Attempts {
				t.Fatalf("the record changed from %+v to %+v", before, now)
			}
		})
	}
}

func permanent(context.Context, *delivery.Attempt) error { return event.Permanent(errDown) }

// lost sends a mail whose reply is lost.
func (r *rig) lost(ctx context.Context, a *delivery.Attempt) error {
	_, err := a.Effect(ctx, "mail/1", func(ctx context.Context) (json.RawMessage, error) {
		_, _ = r.send(ctx)
		return nil, errors.New("connection reset")
	}, false)
	return err
}

func (r *rig) discard() {
	r.t.Helper()
	if err := r.Discard(r.t.Context(), r.ref, r.now, "somebody: not needed"); err != nil {
		r.t.Fatal(err)
	}
}

func TestRow72PausedRunOverwritesNoHistoryAndNoWish(t *testing.T) {
	r := newRig(t)
	duplicate := r.process(permanent)
	a := r.process(func(ctx context.Context, at *delivery.Attempt) error {
		if d := r.again(duplicate); d.State != event.Parked {
			t.Fatalf("the duplicate is %s", d.State)
		}
		r.reopen(true)
		return add(ctx, at)
	})
	r.want(r.first(a), event.Waiting, 0, 0)
	if d := r.record(); !d.AllowStale || d.Attempts != 1 || d.Round != 1 || len(d.History) != 1 || d.History[0].Error != "down" {
		t.Fatalf("%+v", d)
	}
}

func TestRow73ReopenedDeliverySendsTheMailAndWritesNoRowAgain(t *testing.T) {
	r := newRig(t)
	h := r.process(func(ctx context.Context, a *delivery.Attempt) error {
		if err := add(ctx, a); err != nil {
			return err
		}
		_, err := a.Effect(ctx, "mail/1", func(ctx context.Context) (json.RawMessage, error) {
			if !a.AllowStale() {
				return nil, event.Skip("stale")
			}
			return r.send(ctx)
		}, false)
		return err
	})
	d := r.first(h)
	r.want(d, event.Done, 0, 1)
	if !d.Withheld || !d.Committed || d.Outcome != "skipped: stale" || len(d.Effects) != 1 || d.Effects[0].State != "withheld" {
		t.Fatalf("%+v", d)
	}
	r.reopen(true)
	d = r.again(h)
	r.want(d, event.Done, 1, 1)
	if d.Withheld || !d.Committed {
		t.Fatalf("%+v", d)
	}
	if err := r.Reopen(t.Context(), r.ref, r.now, true); !errors.Is(err, event.ErrNotFound) {
		t.Fatalf("reopened what is done: %v", err)
	}
}
