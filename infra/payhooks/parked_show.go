package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

// parkedDetail explains one delivery.
type parkedDetail struct {
	unfinishedRow
	Type    string        `json:"type,omitempty"`
	First   time.Time     `json:"first"`              // when its first attempt began
	InDoubt *effectDetail `json:"in_doubt,omitempty"` // the effect whose outcome is unknown
	Advice  string        `json:"advice"`
}

type effectDetail struct {
	Key   string            `json:"key"`
	State event.EffectState `json:"state"`
	Since time.Time         `json:"since"`
	Error string            `json:"error,omitempty"`
}

func parkedShowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show EVENT ACTION", Short: "Show why a delivery is parked or unknown, and what to do", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			d, err := c.explain(cmd.Context(), event.DeliveryRef{Action: args[1], Event: args[0]})
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), d)
			}
			return d.print(cmd.OutOrStdout())
		},
	}
	stackFlags(cmd)
	return cmd
}

// delivery returns the record, or an error that names what there is.
func (c *connection) delivery(ctx context.Context, ref event.DeliveryRef) (event.Delivery, error) {
	d, err := c.Tables.Delivery(ctx, ref)
	if !errors.Is(err, event.ErrNotFound) {
		return d, err
	}
	if _, err := c.Tables.Get(ctx, ref.Event); errors.Is(err, event.ErrNotFound) {
		return d, notStored(ctx, c, ref.Event)
	}
	return d, fmt.Errorf("event %s has no delivery to %s; payhooks events show %s lists those that it has", ref.Event, ref.Action, ref.Event)
}

func (c *connection) explain(ctx context.Context, ref event.DeliveryRef) (*parkedDetail, error) {
	d, err := c.delivery(ctx, ref)
	if err != nil {
		return nil, err
	}
	p := &parkedDetail{unfinishedRow: rowOfDelivery(d), First: d.First}
	s, err := c.Tables.Get(ctx, ref.Event)
	if err != nil && !errors.Is(err, event.ErrNotFound) {
		return nil, err
	}
	expired := err != nil || s.Expired(time.Now())
	p.Type = s.Type
	if d.Effect != "" && err == nil {
		e, err := c.unknownEffect(ctx, d)
		if err != nil {
			return nil, err
		}
		p.InDoubt = &effectDetail{e.Key, e.State, e.Updated, e.Error}
	}
	p.Advice = advice(d, expired)
	return p, nil
}

// advice is an operator's next step.
func advice(d event.Delivery, expired bool) string {
	name := d.Event + " " + d.Action
	replay := "payhooks replay " + d.Event + " --action " + d.Action + " --yes"
	switch {
	case d.State == event.Discarded:
		return "none: it was discarded by " + d.By
	case expired:
		return "none: the event has expired; payhooks parked discard " + name + " --yes takes it off the list"
	case d.State == event.Parked:
		return "fix the cause, then run payhooks parked retry " + name + " --yes"
	case d.State == event.Unknown:
		return "find out whether " + d.Effect + " happened, where it would have; then run payhooks parked resolve " + name + " --happened, or --did-not-happen"
	case d.State == event.Waiting:
		return "none; the next attempt is at " + d.Next.Format(time.RFC3339) + "; " + replay + " makes it now"
	case d.Withheld:
		return "none; " + replay + " --again retries it"
	}
	return "none: it is done"
}

func (p *parkedDetail) print(out io.Writer) error {
	field := func(name string, value any) { fmt.Fprintf(out, "%-10s %v\n", name, value) }
	field("event", p.Event)
	field("type", p.Type)
	field("action", p.Action)
	field("state", p.State)
	field("since", p.Since.Format(time.RFC3339))
	field("attempts", fmt.Sprintf("%d, the first at %s", p.Attempts, p.First.Format(time.RFC3339)))
	if p.Reason != "" {
		field("reason", p.Reason)
	}
	if e := p.InDoubt; e != nil {
		field("effect", fmt.Sprintf("%s, %s since %s", e.Key, e.State, e.Since.Format(time.RFC3339)))
	}
	_, err := fmt.Fprintf(out, "%-10s %s\n", "next step", p.Advice)
	return err
}
