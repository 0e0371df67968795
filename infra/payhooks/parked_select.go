package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

// parkedSelection is which deliveries an operator means: one, all of an event,
// all of an action, or all.
type parkedSelection struct {
	id, action string
	all        bool
}

func (s *parkedSelection) flags(cmd *cobra.Command, every string) {
	cmd.Flags().StringVar(&s.action, "action", "", "those of this action")
	cmd.Flags().BoolVar(&s.all, "all", false, every)
}

// take reads the arguments EVENT and ACTION beside the flags.
func (s *parkedSelection) take(args []string) error {
	if len(args) == 2 && s.action != "" || s.all == (len(args) > 0 || s.action != "") {
		return usage("select deliveries: EVENT, EVENT ACTION, --action or --all")
	}
	if s.id = slices.Concat(args, []string{""})[0]; len(args) == 2 {
		s.action = args[1]
	}
	return nil
}

// find returns the selected deliveries in the states. Those that can be read
// are returned beside any error. One that is named must be in one of them.
func (s *parkedSelection) find(ctx context.Context, c *connection, states ...event.State) ([]event.Delivery, error) {
	if s.id != "" && s.action != "" {
		d, err := c.delivery(ctx, event.DeliveryRef{Action: s.action, Event: s.id})
		if err != nil {
			return nil, err
		}
		if !slices.Contains(states, d.State) {
			return nil, fmt.Errorf("delivery of %s to %s is %s, not %s; next step: %s", s.id, s.action, d.State, states[0], advice(d, false))
		}
		return []event.Delivery{d}, nil
	}
	ds, err := c.parked(ctx, states...)
	ds = slices.DeleteFunc(ds, func(d event.Delivery) bool {
		return s.id != "" && d.Event != s.id || s.action != "" && d.Action != s.action
	})
	if len(ds) == 0 && err == nil {
		err = s.known(ctx, c)
	}
	return ds, err
}

// known refuses the name of an event or action that does not exist: that none
// of it is parked would be mistaken for good news. What is parked of one that
// was deleted is found before this is asked.
func (s *parkedSelection) known(ctx context.Context, c *connection) error {
	if s.id == "" {
		return (&selection{action: s.action}).knownAction(ctx, c)
	}
	_, err := c.Tables.Get(ctx, s.id)
	if errors.Is(err, event.ErrNotFound) {
		return notStored(ctx, c, s.id)
	}
	return err
}
