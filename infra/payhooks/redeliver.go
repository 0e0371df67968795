package main

import (
	"context"
	"errors"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Reasons why a delivery is not sent again.
const (
	reasonExpired = event.Reason("expired")
	reasonNoRule  = event.Reason("no rule sends such events to the action any more")
	reasonMoved   = event.Reason("no longer parked")
	reasonNothing = event.Reason("nothing to do")
)

// justSent is how long ago a message was sent that needs no other one: it is
// with its action by now, or about to be.
const justSent = time.Minute

// redeliver sends due deliveries of an event to their actions: an envelope on
// the bus for each action, unless one was sent just now. What the bus should
// lose the due sweep sends.
func (c *connection) redeliver(ctx context.Context, f event.Facts, actions ...string) error {
	var send []event.Envelope
	var failed []error
	for _, action := range actions {
		ref := event.DeliveryRef{Action: action, Event: f.ID}
		ours, err := c.Tables.ClaimRedelivery(ctx, ref, time.Now(), justSent)
		if failed = append(failed, err); ours {
			send = append(send, event.Envelope{Facts: f, Only: action})
		}
	}
	if len(send) > 0 {
		failed = append(failed, c.Bus.Publish(ctx, send)...)
	}
	return errors.Join(failed...)
}

// reopen gives a parked, unknown, withheld or waiting delivery a new round and
// sends it to its action, or returns why it cannot.
func (c *connection) reopen(ctx context.Context, ref event.DeliveryRef, stale bool) (event.Reason, error) {
	s, err := c.Tables.Get(ctx, ref.Event)
	if errors.Is(err, event.ErrNotFound) || err == nil && s.Expired(time.Now()) {
		return reasonExpired, nil
	}
	if err != nil {
		return "", err
	}
	subscribers, err := c.Bus.Subscribers(ctx, event.Envelope{Facts: s.Facts, Only: ref.Action})
	if err != nil {
		return "", err
	}
	if len(subscribers) == 0 {
		return reasonNoRule, nil
	}
	err = c.newRound(ctx, ref, stale)
	if errors.Is(err, event.ErrNotFound) {
		return reasonMoved, nil
	}
	if err != nil {
		return "", err
	}
	return "", c.redeliver(ctx, s.Facts, ref.Action)
}

// newRound is Ledger.Reopen, and again where an attempt ends in between.
func (c *connection) newRound(ctx context.Context, ref event.DeliveryRef, stale bool) (err error) {
	for range 3 {
		if err = c.Tables.Reopen(ctx, ref, time.Now(), stale); !errors.Is(err, event.ErrConflict) {
			break
		}
	}
	return err
}
