package operator_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

func TestReplaySaysWhyEachDeliveryIsLeft(t *testing.T) {
	d := operatortest.New(t, time.Now, 1, "done", "withheld", "parked", "unknown", "waiting")
	for action, end := range states {
		if action != "discarded" {
			d.Deliver("evt_00000", action, end)
		}
	}
	r, err := replay(t, d, lastHours(1))
	if err != nil || r.Checked != 5 || r.Waiting != 2 || r.Unknown != 1 || r.Left["done"] != 1 || r.Left[operator.ReasonWithheld] != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

// following is a replay of two events of which the first is done after three seconds,
// and the second waits for an hour and parks then.
func following(t *testing.T, ctx context.Context) (r operator.ReplayResult, steps int, err error) {
	t.Helper()
	d := operatortest.New(t, time.Now, 2)
	if r, err = replay(t, d, lastHours(1)); err != nil || r.Waiting != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	calls := d.Calls("Deliveries")
	go func() {
		time.Sleep(3 * time.Second)
		d.Deliver("evt_00000", operatortest.Receipts, func(d *event.Delivery) { d.State = event.Done })
		d.Deliver("evt_00001", operatortest.Receipts, func(d *event.Delivery) { d.Next = time.Now().Add(time.Hour) })
		time.Sleep(time.Hour)
		d.Deliver("evt_00001", operatortest.Receipts, func(d *event.Delivery) { d.State = event.Parked })
	}()
	err = d.Follow(ctx, &r, func(n int) { steps += n })
	if *calls > 200 {
		t.Errorf("%d reads in an hour for a delivery that waits for its next attempt", *calls)
	}
	return r, steps, err
}

func TestFollowWaitsForRetriesToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		r, steps, err := following(t, t.Context())
		if err != nil || r.Waiting != 0 || r.Ended[event.Done] != 1 || r.Ended[event.Parked] != 1 || steps != 2 || time.Since(begin) < time.Hour {
			t.Errorf("%+v in %s, %d steps, %v", r, time.Since(begin), steps, err)
		}
	})
}

func TestFollowThatIsStoppedSaysWhatGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		r, steps, err := following(t, ctx)
		if !errors.Is(err, context.DeadlineExceeded) || r.Waiting != 1 || r.Ended[event.Done] != 1 || steps != 1 {
			t.Errorf("%+v, %d steps, %v", r, steps, err)
		}
		time.Sleep(2 * time.Hour) // what goes on ends as well
	})
}
