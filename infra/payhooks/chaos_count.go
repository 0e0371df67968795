package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/event"
)

// hasten asks for what failed so often that its next attempt is hours away, as
// an operator does after an outage.
func hasten(ctx context.Context, c *connection) error {
	var all []event.Delivery
	now := time.Now()
	err := c.Tables.Unfinished(ctx, event.Waiting, now.AddDate(0, 0, 7), func(d event.Delivery) bool {
		if d.Next.Sub(now) > event.MaxLease {
			all = append(all, d)
		}
		return true
	})
	for _, d := range all {
		if err == nil {
			_, err = c.reopen(ctx, d.Event, d.Action, false)
		}
	}
	return err
}

// count compares what was acknowledged with what came of it.
func (s *storm) count(cmd *cobra.Command, c *connection, months []month) error {
	j := newJudge(cmd, c, months)
	for _, st := range storiesOf(months) {
		for _, e := range st.Events {
			s.r.Acknowledged++
			status, err := s.became(cmd.Context(), c, e)
			if err != nil {
				return err
			}
			if status == event.StatusUnknown {
				j.uncertain[st.Customer] = true
			}
		}
	}
	err := j.state()
	s.r.Doubled, s.r.Audited, s.r.Broken = j.Doubled, j.Audit.Checked, append(s.r.Broken, j.Broken...)
	return err
}

// became counts what became of one event.
func (s *storm) became(ctx context.Context, c *connection, e story.Event) (event.Status, error) {
	stored, err := c.Tables.Get(ctx, e.ID)
	if errors.Is(err, event.ErrNotFound) {
		s.r.Lost++
		return "", nil
	}
	if err != nil {
		return "", err
	}
	ds, err := c.Tables.Deliveries(ctx, e.ID)
	if err != nil {
		return "", err
	}
	status := event.StatusOf(stored, ds)
	switch status {
	case event.StatusDone, event.StatusIgnored:
		s.r.Done++
	case event.StatusUnknown:
		s.r.Unknown++
	case event.StatusParked:
		s.r.Parked++
		s.r.Broken = append(s.r.Broken, fmt.Sprintf("%s %s is parked: %+v", e.Type, e.ID, ds))
	default:
		s.r.Lost++
		s.r.Broken = append(s.r.Broken, fmt.Sprintf("%s %s is not done: %+v", e.Type, e.ID, ds))
	}
	return status, nil
}

func (s *storm) report(cmd *cobra.Command) error {
	s.r.Sent = s.sent.Load()
	if out := cmd.OutOrStdout(); wantsJSON(cmd) {
		if err := printJSON(out, s.r); err != nil {
			return err
		}
	} else {
		s.r.print(out)
	}
	if s.r.Lost+s.r.Doubled+len(s.r.Broken) > 0 {
		return fmt.Errorf("%w: %d lost, %d doubled, %d broken", errBroken, s.r.Lost, s.r.Doubled, len(s.r.Broken))
	}
	return nil
}

func (r *chaosReport) print(out io.Writer) {
	t := tableOf("AFTER THE STORM", "")
	for _, row := range []struct {
		what string
		n    any
	}{
		{"requests sent", r.Sent},
		{"events acknowledged", r.Acknowledged},
		{"done", r.Done},
		{"a mail or notice unknown", r.Unknown},
		{"parked", r.Parked},
		{"lost", r.Lost},
		{"doubled", r.Doubled},
		{"rows recomputed by the audit", r.Audited},
		{"faults set", r.Faults},
		{"kills", asJSON(r.Kills)},
	} {
		t.AppendRow([]any{row.what, row.n})
	}
	fmt.Fprintf(out, "\n%s\n", t.Render())
	for _, b := range r.Broken {
		fmt.Fprintln(out, "BROKEN", b)
	}
}
