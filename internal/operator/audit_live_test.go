package operator_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

func TestAuditBesideLiveEventsFindsNothingMissing(t *testing.T) {
	r := auditRig(t, 5, remember)
	ctx, stop := context.WithCancel(t.Context())
	live := make(chan error)
	go func() { live <- liveEvents(ctx, r) }()
	for range 5 {
		if s := auditOf(t, r, true, true); slices.Contains(verdicts(s), operator.Missing) {
			t.Errorf("a live event counts as a lost fact: %+v", s)
		}
	}
	stop()
	if err := <-live; err != nil {
		t.Fatal(err)
	}
	if s := auditOf(t, r, true, false); len(s.Findings) != 0 {
		t.Fatalf("at rest: %+v", s)
	}
}

func TestRebuildBesideLiveEventsLosesNone(t *testing.T) {
	r := auditRig(t, 5, remember)
	overwrite(t, r, "all", `{"ids":{"evt_0":true}}`)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error)
	go func() { done <- liveEvents(ctx, r) }()
	for range 3 {
		rebuild(t, r)
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	rebuild(t, r)
	if s := auditOf(t, r, true, false); len(s.Findings) != 0 {
		t.Errorf("at rest: %d findings", len(s.Findings))
	}
}

// liveEvents stores and delivers events until ctx ends, few enough that they
// do not outrun the audit.
func liveEvents(ctx context.Context, r *actiontest.Rig) error {
	for i := 0; ctx.Err() == nil && i < 60; i++ {
		time.Sleep(200 * time.Microsecond)
		now := time.Now()
		e := event.Event{Body: []byte(`{"data":{"object":{"id":"pi_1"}}}`), Facts: event.Facts{
			ID: fmt.Sprintf("evt_live_%d", i), Type: "payment_intent.succeeded", ObjectType: "payment_intent", APIVersion: stripe.APIVersion, Created: now, Received: now,
		}}
		ctx := context.WithoutCancel(ctx)
		_, err := r.Store.Put(ctx, e, now.AddDate(1, 0, 0))
		if err == nil {
			err = r.Store.MarkPublished(ctx, e.ID, []string{"action"})
		}
		if err == nil {
			_, err = r.Handler.Deliver(ctx, e.ID, false)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
