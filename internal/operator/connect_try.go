package operator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// tests says how the endpoint is tried. Live mode has no call that causes an event
// without a customer, but the ping of a destination.
func (c *Connector) tests(want Connection) string {
	switch {
	case want.Thin || want.bridge():
		return "ping it and wait until the ping is stored"
	case want.Livemode:
		return "wait for no event: in live mode only customers cause one"
	}
	return "make an object in test mode that an event type is about, remove it, and wait until the event is handled"
}

// test has Stripe deliver an event and waits until the stack is done with it.
func (c *Connector) test(ctx context.Context, want Connection, d event.Destination, r *ConnectResult) error {
	if !want.Thin && !want.bridge() && want.Livemode {
		r.Next = append(r.Next, "nothing was sent yet, as live mode has no test events: with the next event of a customer, payhooks events list shows it")
		return nil
	}
	c.say(c.tests(want))
	id, why, err := c.cause(ctx, want, d)
	if err != nil || why != "" {
		if why != "" {
			r.Next = append(r.Next, why)
		}
		return err
	}
	r.Event = id
	status, err := c.await(ctx, id)
	r.Status = string(status)
	return err
}

// cause returns the event, or why there is none and what shows one.
func (c *Connector) cause(ctx context.Context, want Connection, d event.Destination) (id, why string, err error) {
	if want.Thin || want.bridge() {
		id, err = c.Destinations.Ping(ctx, want.Livemode, d.ID)
		return id, "", explain(err)
	}
	kind, id, err := c.Tests.Cause(ctx, want.Types)
	by := "stripe trigger " + firstType(want.Types) + ", then payhooks events list, shows that it works"
	switch {
	case errors.Is(err, event.ErrNotFound) && kind == "":
		return "", "no call causes an event of these types: " + by, nil
	case errors.Is(err, event.ErrDenied):
		return "", "no test event was caused, as the API key may not: " + by, nil
	}
	return id, "", err
}

func firstType(types []string) string {
	if len(types) == 0 {
		return "TYPE"
	}
	return types[0]
}

// await waits until every subscriber is done with an event.
func (c *Connector) await(ctx context.Context, id string) (event.Status, error) {
	end := c.Now().Add(c.Patience)
	var last event.Status
	for {
		d, err := c.Show(ctx, id)
		switch {
		case err == nil && (d.Status == event.StatusDone || d.Status == event.StatusIgnored):
			return d.Status, nil
		case err == nil && (d.Status == event.StatusParked || d.Status == event.StatusUnknown || d.Status == event.StatusQuarantined):
			return d.Status, fmt.Errorf("the test event %s is %s: see payhooks events show %s", id, d.Status, id)
		case err == nil:
			last = d.Status
		case !errors.Is(err, event.ErrNotFound):
			return "", err
		}
		if !c.Now().Before(end) {
			return last, late(id, last, c.Patience)
		}
		if err := c.Sleep(ctx, time.Second/2); err != nil {
			return last, err
		}
	}
}

func late(id string, last event.Status, waited time.Duration) error {
	if last == "" {
		return fmt.Errorf("the test event %s did not arrive within %v: compare the deliveries of the endpoint in Stripe's dashboard with the URL and the secret", id, waited)
	}
	return fmt.Errorf("the test event %s is %s after %v: see payhooks events show %s", id, last, waited, id)
}

// Ping pings an EventBridge or thin destination that Compare found and waits until the
// ping is stored.
func (c *Connector) Ping(ctx context.Context, want Connection, r *ConnectResult) error {
	return c.test(ctx, want, event.Destination{ID: r.Endpoint}, r)
}
