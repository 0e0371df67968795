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
	First   time.Time     `json:"first"` // when its first attempt began
	InDoubt *effectDetail `json:"in_doubt,omitempty"`
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
		Use: "show EVENT ACTION", Short: "Why a delivery is parked or unknown, and what to do", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			d, err := c.explain(cmd.Context(), args[0], args[1])
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
func (c *connection) delivery(ctx context.Context, id, action string) (event.Delivery, error) {
	d, err := c.Tables.Delivery(ctx, id, action)
	if !errors.Is(err, event.ErrNotFound) {
		return d, err
	}
	if _, err := c.Tables.Get(ctx, id); errors.Is(err, event.ErrNotFound) {
		return d, notStored(ctx, c, id)
	}
	return d, fmt.Errorf("event %s has no delivery to %s; payhooks events show %s lists those that it has", id, action, id)
}

func (c *connection) explain(ctx context.Context, id, action string) (*parkedDetail, error) {
	d, err := c.delivery(ctx, id, action)
	if err != nil {
		return nil, err
	}
	p := &parkedDetail{unfinishedRow: rowOfDelivery(d), First: d.First}
	s, err := c.Tables.Get(ctx, id)
	if err != nil && !errors.Is(err, event.ErrNotFound) {
		return nil, err
	}
	gone := err != nil
	p.Type = s.Type
	if d.Effect != "" {
		e, err := c.Tables.Effect(ctx, d.Effect, action)
		if err != nil {
			return nil, err
		}
		p.InDoubt = &effectDetail{e.Key, e.State, e.Updated, e.Error}
	}
	p.Advice = advice(d, gone)
	return p, nil
}

func advice(d event.Delivery, gone bool) string {
	name := d.Event + " " + d.Action
	switch {
	case gone:
		return "the event has expired: there is nothing to retry"
	case d.State == event.Parked:
		return "when the cause is removed: payhooks parked retry " + name + " --yes"
	case d.State == event.Unknown:
		return "find out whether " + d.Effect + " happened, where it would have; then: payhooks parked resolve " + name + " --happened, or --did-not-happen"
	case d.State == event.Waiting:
		return "nothing: the next attempt is due " + d.Next.Format(time.RFC3339) + "; payhooks replay " + d.Event + " --action " + d.Action + " --yes tries it now"
	case d.Ignored:
		return "nothing; payhooks replay " + d.Event + " --action " + d.Action + " --again asks once more"
	}
	return "nothing: it is done"
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
		field("in doubt", fmt.Sprintf("%s, %s since %s", e.Key, e.State, e.Since.Format(time.RFC3339)))
	}
	_, err := fmt.Fprintf(out, "%-10s %s\n", "to do", p.Advice)
	return err
}
