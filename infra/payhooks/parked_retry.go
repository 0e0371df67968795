package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

// retrySummary is the result of `payhooks parked retry`.
type retrySummary struct {
	Selected int             `json:"selected"`
	Sent     int             `json:"sent"`
	Skipped  []skipped       `json:"skipped,omitempty"`
	Sample   []unfinishedRow `json:"sample,omitempty"` // of a dry run
}

// skipped is a delivery that cannot be retried.
type skipped struct {
	Event  string `json:"event"`
	Action string `json:"action"`
	Why    string `json:"why"`
}

// retry gives parked deliveries new attempts.
type retry struct {
	*connection
	stale bool

	mu sync.Mutex
	retrySummary
}

func parkedRetryCommand() *cobra.Command {
	r := &retry{}
	var action string
	var all, yes bool
	var rate rateFlag
	cmd := &cobra.Command{
		Use: "retry [EVENT [ACTION]]", Short: "Try parked deliveries again", Args: cobra.MaximumNArgs(2),
		Long: "Try parked deliveries again: all of an event's, of an action's, or simply --all. Their schedule begins anew.\n" +
			"Unknown ones are left: say first what happened, with payhooks parked resolve. Without --yes nothing is sent.",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if len(args) == 2 && action != "" || all == (len(args) > 0 || action != "") {
				return usage("say which: EVENT, EVENT ACTION, --action, or --all")
			}
			if r.connection, err = connect(cmd); err != nil {
				return err
			}
			if len(args) == 2 {
				action = args[1]
			}
			return r.run(cmd, slices.Concat(args, []string{""})[0], action, rate, yes)
		},
	}
	cmd.Flags().StringVar(&action, "action", "", "those of this action")
	cmd.Flags().BoolVar(&all, "all", false, "every parked delivery")
	cmd.Flags().BoolVar(&yes, "yes", false, "really send them")
	cmd.Flags().BoolVar(&r.stale, "stale", false, "send also mails that come too late by now")
	paceFlag(cmd, &rate)
	stackFlags(cmd)
	return cmd
}

func (r *retry) run(cmd *cobra.Command, id, action string, rate rateFlag, yes bool) error {
	list, odd := r.chosen(cmd.Context(), id, action)
	if odd != nil && len(list) == 0 {
		return odd
	}
	r.Selected = len(list)
	if !yes || len(list) == 0 {
		return errors.Join(r.plan(cmd, list, rate), odd)
	}
	p := newPace(cmd, "deliveries", rate, len(list))
	defer p.end()
	done, err := p.each(cmd.Context(), len(list), func(ctx context.Context, i int) error { return r.send(ctx, list[i]) })
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("stopped after %d of %d; the same command goes on with what is still parked", done, len(list))
	}
	return errors.Join(r.report(cmd), err, odd)
}

// chosen returns the parked deliveries of an event, an action, or all.
func (r *retry) chosen(ctx context.Context, id, action string) ([]event.Delivery, error) {
	if id != "" && action != "" {
		d, err := r.delivery(ctx, id, action)
		if err != nil {
			return nil, err
		}
		if d.State != event.Parked {
			return nil, fmt.Errorf("delivery of %s to %s is %s, not parked; to do: %s", id, action, d.State, advice(d, false))
		}
		return []event.Delivery{d}, nil
	}
	ds, err := r.parked(ctx, event.Parked)
	ds = slices.DeleteFunc(ds, func(d event.Delivery) bool {
		return id != "" && d.Event != id || action != "" && d.Action != action
	})
	if len(ds) == 0 && err == nil {
		err = r.known(ctx, id, action)
	}
	return ds, err
}

// known refuses a name that nothing has: that none of it is parked would pass
// for good news. What is parked of an event or action that is gone is chosen
// before anyone asks.
func (r *retry) known(ctx context.Context, id, action string) error {
	if id == "" {
		return (&selection{action: action}).knownAction(ctx, r.connection)
	}
	_, err := r.Tables.Get(ctx, id)
	if errors.Is(err, event.ErrNotFound) {
		return notStored(ctx, r.connection, id)
	}
	return err
}

func (r *retry) send(ctx context.Context, d event.Delivery) error {
	why, err := r.reopen(ctx, d.Event, d.Action, r.stale)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err != nil:
		return err
	case why != "":
		r.Skipped = append(r.Skipped, skipped{d.Event, d.Action, why})
	default:
		r.Sent++
	}
	return nil
}

// reopen makes a delivery due and sends it to its action, or says why it
// cannot. What the bus should lose the sweep sends.
func (c *connection) reopen(ctx context.Context, id, action string, stale bool) (why string, err error) {
	s, err := c.Tables.Get(ctx, id)
	if errors.Is(err, event.ErrNotFound) {
		return "the event has expired", nil
	}
	if err != nil {
		return "", err
	}
	wanted, err := c.Bus.Subscribers(ctx, event.Envelope{Facts: s.Facts, Only: action})
	if err != nil {
		return "", err
	}
	if len(wanted) == 0 {
		return "no rule sends such events to the action any more", nil
	}
	err = c.Tables.Reopen(ctx, id, action, time.Now(), stale)
	if errors.Is(err, event.ErrNotFound) {
		return "it is no longer parked", nil
	}
	if err != nil {
		return "", err
	}
	return "", c.Tables.Republish(ctx, id, action)
}

func (r *retry) plan(cmd *cobra.Command, list []event.Delivery, rate rateFlag) error {
	for _, d := range list[:min(sampled, len(list))] {
		r.Sample = append(r.Sample, rowOfDelivery(d))
	}
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), &r.retrySummary)
	}
	if err := printUnfinished(cmd, r.Sample, "nothing of that is parked; what is unknown waits for payhooks parked resolve"); err != nil || len(list) == 0 {
		return err
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "\n%s selected. Nothing was sent; --yes sends them, %g a second, in %s.\n",
		count(len(list), "parked delivery", "parked deliveries"), rate, takes(len(list), rate))
	return err
}

func (r *retry) report(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		return printJSON(out, &r.retrySummary)
	}
	fmt.Fprintf(out, "%d of %s sent\n", r.Sent, count(r.Selected, "delivery", "deliveries"))
	for _, s := range r.Skipped {
		fmt.Fprintf(out, "left: %s for %s: %s\n", s.Event, s.Action, s.Why)
	}
	return nil
}
