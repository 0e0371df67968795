package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/spf13/cobra"
)

func eventsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "events", Short: "List and show what Stripe sent and what became of it"}
	cmd.AddCommand(eventsListCommand(), eventsShowCommand())
	return cmd
}

// eventRow is an event as the list shows it.
type eventRow struct {
	ID         string       `json:"id"`
	Type       string       `json:"type"`
	Status     event.Status `json:"status"`
	Created    *time.Time   `json:"created,omitempty"`
	Received   time.Time    `json:"received"`
	APIVersion string       `json:"api_version,omitempty"`
}

func eventsListCommand() *cobra.Command {
	var typ, status string
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "Newest events first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 {
				return usage("--limit is %d: want 1 or more", limit)
			}
			if status != "" && !slices.Contains(statuses, event.Status(status)) {
				return usage("--status %q: want one of %s", status, join(statuses))
			}
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			list, odd := listEvents(cmd.Context(), c, typ, event.Status(status), limit)
			if odd != nil && !errors.Is(odd, event.ErrInvalid) {
				return odd
			}
			out := newRows(cmd, "RECEIVED", "ID", "TYPE", "STATUS", "API VERSION")
			for _, e := range list {
				if err := out.add(e, e.Received.Format(time.DateTime), e.ID, e.Type, e.Status, e.APIVersion); err != nil {
					return err
				}
			}
			return errors.Join(out.flush(unless(odd, "no events")), odd)
		},
	}
	cmd.Flags().StringVar(&typ, "type", "", "only events of this type")
	cmd.Flags().StringVar(&status, "status", "", "only events with this status: "+join(statuses))
	cmd.Flags().IntVar(&limit, "limit", 50, "how many at most")
	stackFlags(cmd)
	return cmd
}

var statuses = []event.Status{
	event.StatusQuarantined, event.StatusUnknown, event.StatusParked, event.StatusWaiting,
	event.StatusPending, event.StatusDone, event.StatusIgnored,
}

func join(ss []event.Status) string {
	words := make([]string, len(ss))
	for i, s := range ss {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

// listEvents walks back from now in growing windows until it has limit rows.
// What can be read is returned beside an error that is event.ErrInvalid.
func listEvents(ctx context.Context, c *connection, typ string, status event.Status, limit int) ([]eventRow, error) {
	held, err := quarantined(ctx, c)
	if err != nil {
		return nil, err
	}
	var found []eventRow
	var odd error
	keep := func(r eventRow) {
		if (typ == "" || r.Type == typ) && (status == "" || r.Status == status) {
			found = append(found, r)
		}
	}
	to := time.Now().Add(time.Hour)
	for _, window := range []time.Duration{25 * time.Hour, 7 * 24 * time.Hour, 23 * 24 * time.Hour, ever} {
		if len(found) >= limit {
			break
		}
		from := to.Add(-window)
		stored, err := received(ctx, c, from, to)
		if err != nil && !errors.Is(err, event.ErrInvalid) {
			return nil, err
		}
		odd = errors.Join(odd, err)
		for _, s := range stored {
			st, err := statusOf(ctx, c, s, held)
			if err != nil {
				return nil, err
			}
			if st == event.StatusQuarantined {
				continue // shown as held
			}
			delete(held, s.ID)
			keep(rowOf(s.Facts, st))
		}
		to = from
	}
	for _, q := range held {
		keep(eventRow{ID: q.ID, Type: q.Type, Status: event.StatusQuarantined, Received: q.Received})
	}
	slices.SortFunc(found, func(a, b eventRow) int {
		return cmp.Or(b.Received.Compare(a.Received), cmp.Compare(b.ID, a.ID))
	})
	return found[:min(limit, len(found))], odd
}

func rowOf(f event.Facts, st event.Status) eventRow {
	r := eventRow{ID: f.ID, Type: f.Type, Status: st, Received: f.Received, APIVersion: f.APIVersion}
	if !f.Created.IsZero() {
		r.Created = &f.Created
	}
	return r
}

// statusOf reads an event's deliveries and tells its status.
func statusOf(ctx context.Context, c *connection, s event.Stored, held map[string]event.Quarantined) (event.Status, error) {
	ds, err := c.Tables.Deliveries(ctx, s.ID)
	if err != nil {
		return "", err
	}
	if _, ok := held[s.ID]; ok && len(ds) == 0 && len(s.Subscribers) == 0 && !s.Pending {
		return event.StatusQuarantined, nil
	}
	return event.StatusOf(s, ds), nil
}

func quarantined(ctx context.Context, c *connection) (map[string]event.Quarantined, error) {
	held := map[string]event.Quarantined{}
	err := c.Tables.List(ctx, func(q event.Quarantined) bool {
		held[q.ID] = q
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("list quarantine: %w", err)
	}
	return held, nil
}

func eventsShowCommand() *cobra.Command {
	var raw bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "One event, its facts and deliveries", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			d, err := showEvent(cmd.Context(), c, args[0])
			if errors.Is(err, event.ErrNotFound) {
				return fmt.Errorf("no event %s in stack %s", args[0], c.Stack)
			}
			if err != nil {
				return err
			}
			return d.print(cmd, raw)
		},
	}
	cmd.Flags().BoolVar(&raw, "raw", false, "print the signed bytes, unchanged, and nothing else")
	stackFlags(cmd)
	return cmd
}
