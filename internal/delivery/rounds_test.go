package delivery_test

import (
	"context"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
)

func down(context.Context, *delivery.Attempt) error { return errDown }

func TestReopenedDeliveryBeginsItsScheduleAnew(t *testing.T) {
	r := newRig(t)
	h := r.process(down)
	d := r.first(h)
	first := d.Next.Sub(r.now)
	for range 5 {
		r.now = d.Next
		d = r.again(h)
	}
	if wait := d.Next.Sub(r.now); wait != 30*time.Minute {
		t.Fatalf("the sixth wait is %s", wait)
	}
	r.reopen(false)
	d = r.again(h)
	if wait := d.Next.Sub(r.now); wait != first || d.Attempts != 7 || len(d.History) != 7 {
		t.Fatalf("waits %s after attempt %d with %d in its history, expected %s, 7, 7", wait, d.Attempts, len(d.History), first)
	}
}

func TestReopenedDeliveryIsRetriedForThreeDaysAgain(t *testing.T) {
	r := newRig(t)
	h := r.process(down)
	r.first(h)
	r.now = r.now.Add(event.RetryLimit)
	if d := r.again(h); d.State != event.Parked {
		t.Fatalf("%s after three days", d.State)
	}
	r.reopen(false)
	if d := r.again(h); d.State != event.Waiting {
		t.Fatalf("%s at the first attempt of a new round", d.State)
	}
	r.now = r.now.Add(event.RetryLimit)
	if d := r.again(h); d.State != event.Parked {
		t.Fatalf("%s after three more days", d.State)
	}
}
