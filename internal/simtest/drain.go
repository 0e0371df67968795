package simtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// drain lets everything finish without faults.
func (w *world) drain() error {
	w.calm, w.skew, w.cost = true, 0, 0
	if last := w.stripe.posts[len(w.stripe.posts)-1].created; w.now.Before(last) {
		w.now = last // everything has happened by now
	}
	for wait, end := 15*time.Minute, w.now.AddDate(0, 0, 6); w.now.Before(end); wait = min(2*wait, 4*time.Hour) {
		if err := w.drainOnce(); err != nil {
			return err
		}
		if w.settled() {
			w.now = w.now.Add(time.Hour)
			w.sweep() // which sees all that happened
			return nil
		}
		w.now = w.now.Add(wait + time.Second)
		w.sweep()
		w.retryBusiness()
	}
	return fmt.Errorf("not settled after six days: %v", w.unsettled())
}

func (w *world) drainOnce() error {
	for tries := 0; len(w.due()) > 0; tries++ {
		if tries > 10_000 {
			return errors.New("an event is never acknowledged")
		}
		w.deliverWebhook()
	}
	w.drainStream()
	for _, name := range w.names {
		if err := w.drainQueue(name); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) drainQueue(name string) error {
	for range 10_000 {
		if at, ok := w.queues[name].NextVisible(); !ok || at.After(w.now) {
			return nil
		}
		w.pollQueue(name)
	}
	return fmt.Errorf("queue %s is never empty", name)
}

func (w *world) drainStream() {
	for len(w.store.Changes(w.position, 1)) > 0 {
		at := w.position
		w.pollStream()
		if w.position == at {
			return
		}
	}
}

// retryBusiness is the operator who tries again what failed for three days in
// the stack's own actions: their rows must be complete in the end.
func (w *world) retryBusiness() {
	ctx := context.Background()
	for d, err := range event.UnfinishedDeliveries(ctx, w.store, event.Parked, w.now) {
		if err == nil && w.retried(d) {
			w.met("retry of "+string(event.Parked), d.Event, " for ", d.Action)
			_ = w.store.Reopen(ctx, d.Ref(), w.now, false)
		}
	}
}

// settled reports whether nothing is on its way any more.
func (w *world) settled() bool { return len(w.unsettled()) == 0 }

func (w *world) unsettled() []string {
	ctx := context.Background()
	var left []string
	for _, p := range w.stripe.posts {
		if w.held(p) {
			continue
		}
		s, err := w.store.Get(ctx, p.id)
		if err != nil {
			left = append(left, p.id+": "+err.Error())
			continue
		}
		for _, action := range w.wanting(p) {
			if d, err := w.store.Delivery(ctx, event.DeliveryRef{Action: action, Event: p.id}); err != nil || d.State == event.Waiting || w.retried(d) {
				left = append(left, fmt.Sprintf("%s for %s is %q after %d attempts, %v", p.id, action, d.State, d.Attempts, err))
			}
		}
		if s.Pending {
			left = append(left, p.id+" is pending")
		}
		if twin, err := w.store.Get(ctx, p.thinID); err == nil && twin.Occurrence == "" {
			left = append(left, "the twin of "+p.id+" is not linked to it")
		}
	}
	return left
}

// retried reports whether the operator will try the delivery again.
func (w *world) retried(d event.Delivery) bool {
	return d.State == event.Parked && (d.Action == event.Fetch || len(w.actors[d.Action].Tables) > 0)
}

// held reports whether the event is in quarantine.
func (w *world) held(p *posted) bool {
	for _, endpoint := range []string{"default", event.EndpointListed} {
		if _, err := w.store.Quarantine().Get(context.Background(), endpoint, p.id); err == nil {
			return true
		}
	}
	return false
}

// wanting are the event's subscribers.
func (w *world) wanting(p *posted) (names []string) {
	for _, name := range w.names {
		if name == event.Fetch {
			continue
		}
		if types := w.bus.Selects[name]; len(types) == 0 || slices.Contains(types, p.kind) {
			names = append(names, name)
		}
	}
	return names
}
