package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

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

// skipped is a delivery that was left as it is.
type skipped struct {
	Event  string       `json:"event"`
	Action string       `json:"action"`
	Why    event.Reason `json:"why"`
}

// retry gives parked deliveries new attempts.
type retry struct {
	*connection
	parkedSelection
	stale bool

	mu sync.Mutex
	retrySummary
}

func parkedRetryCommand() *cobra.Command {
	r := &retry{}
	var yes bool
	var rate rateFlag
	cmd := &cobra.Command{
		Use: "retry [EVENT [ACTION]]", Short: "Retry parked deliveries", Args: cobra.MaximumNArgs(2),
		Long: "Retry parked deliveries of an event, of an action, or all of them. Their retry schedule restarts.\n" +
			"Unknown deliveries are skipped; resolve them first with payhooks parked resolve. Without --yes nothing is sent.",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := r.take(args); err != nil {
				return err
			}
			if r.connection, err = connect(cmd); err != nil {
				return err
			}
			return r.run(cmd, rate, yes)
		},
	}
	r.flags(cmd, "every parked delivery")
	cmd.Flags().BoolVar(&yes, "yes", false, "perform the change (without it: dry run)")
	cmd.Flags().BoolVar(&r.stale, "stale", false, "send mails also if they are too old")
	paceFlag(cmd, &rate)
	stackFlags(cmd)
	return cmd
}

func (r *retry) run(cmd *cobra.Command, rate rateFlag, yes bool) error {
	list, failed := r.find(cmd.Context(), r.connection, event.Parked)
	if failed != nil && len(list) == 0 {
		return failed
	}
	r.Selected = len(list)
	if !yes || len(list) == 0 {
		return errors.Join(r.plan(cmd, list, rate), failed)
	}
	p := newPace(cmd, "deliveries", rate, len(list))
	defer p.end()
	done, err := p.each(cmd.Context(), len(list), func(ctx context.Context, i int) error { return r.send(ctx, list[i].Ref()) })
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("stopped after %d of %d; the same command continues with what is still parked", done, len(list))
	}
	return errors.Join(r.report(cmd), err, failed)
}

func (r *retry) send(ctx context.Context, ref event.DeliveryRef) error {
	why, err := r.reopen(ctx, ref, r.stale)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err != nil:
		return err
	case why != "":
		r.Skipped = append(r.Skipped, skipped{ref.Event, ref.Action, why})
	default:
		r.Sent++
	}
	return nil
}

func (r *retry) plan(cmd *cobra.Command, list []event.Delivery, rate rateFlag) error {
	r.Sample = sampleOf(list)
	if wantsJSON(cmd) {
		return printJSON(cmd.OutOrStdout(), &r.retrySummary)
	}
	if err := printUnfinished(cmd, r.Sample, "nothing of that is parked; payhooks parked resolve is for what is unknown"); err != nil || len(list) == 0 {
		return err
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "\nwould retry %s, %g a second, in %s; add --yes\n",
		count(len(list), "delivery", "deliveries"), rate, takes(len(list), rate))
	return err
}

// sampleOf is what a dry run shows of the selected deliveries.
func sampleOf(list []event.Delivery) (rows []unfinishedRow) {
	for _, d := range list[:min(sampled, len(list))] {
		rows = append(rows, rowOfDelivery(d))
	}
	return rows
}

func (r *retry) report(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		return printJSON(out, &r.retrySummary)
	}
	fmt.Fprintf(out, "%d of %s retried, %d skipped\n", r.Sent, count(r.Selected, "delivery", "deliveries"), len(r.Skipped))
	for _, s := range r.Skipped {
		fmt.Fprintf(out, "skipped %s for %s: %s\n", s.Event, s.Action, s.Why)
	}
	return nil
}
