package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

func eventsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "events", Short: "List events and show their deliveries"}
	cmd.AddCommand(eventsListCommand(), eventsShowCommand())
	return cmd
}

// eventRow is an event as the list shows it.
type eventRow struct {
	ID           string       `json:"id"`
	Type         string       `json:"type"`
	Status       event.Status `json:"status"`
	Created      *time.Time   `json:"created,omitempty"`
	Received     time.Time    `json:"received"`
	APIVersion   string       `json:"api_version,omitempty"`
	*event.Scope              // nil for what is quarantined
}

func rowOf(f event.Facts, st event.Status) eventRow {
	r := eventRow{ID: f.ID, Type: f.Type, Status: st, Received: f.Received, APIVersion: f.APIVersion, Scope: &f.Scope}
	if !f.Created.IsZero() {
		r.Created = &f.Created
	}
	return r
}

func eventsListCommand() *cobra.Command {
	var l eventList
	cmd := &cobra.Command{
		Use: "list", Short: "List events, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l.now = time.Now()
			if err := l.check(); err != nil {
				return err
			}
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			list, unreadable, err := l.read(cmd.Context(), c)
			if err != nil {
				return err
			}
			return errors.Join(printEvents(cmd, list, unless(unreadable, "no events")), unreadable)
		},
	}
	cmd.Flags().StringVar(&l.typ, "type", "", "only events of this type; a star at the end stands for anything (invoice.*)")
	cmd.Flags().StringVar(&l.status, "status", "", "only events with this status: "+join(statuses))
	cmd.Flags().StringVar(&l.customer, "customer", "", "only events of this customer (cus_…)")
	cmd.Flags().StringVar(&l.since, "since", "", "only events received since then: 2026-11-22, 2026-11-22T10:30:00Z, or 36h or 7d ago")
	cmd.Flags().IntVar(&l.limit, "limit", 50, "how many at most")
	l.scope.flags(cmd, "only events")
	stackFlags(cmd)
	return cmd
}

func printEvents(cmd *cobra.Command, list []eventRow, none string) error {
	out := newRows(cmd, "RECEIVED", "ID", "TYPE", "STATUS", "SCOPE", "API VERSION")
	for _, e := range list {
		scope := ""
		if e.Scope != nil {
			scope = e.Text()
		}
		if err := out.add(e, e.Received.Format(time.DateTime), e.ID, e.Type, e.Status, scope, e.APIVersion); err != nil {
			return err
		}
	}
	return out.flush(none)
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

// check finds mistakes of the command line before anything is looked up.
func (l *eventList) check() error {
	if l.limit < 1 {
		return usage("--limit %d: must be 1 or more", l.limit)
	}
	if l.status != "" && !slices.Contains(statuses, event.Status(l.status)) {
		return usage("--status %q: expected one of %s", l.status, join(statuses))
	}
	l.from = l.now.Add(-ever)
	if l.since != "" {
		var err error
		if l.from, err = parseTime("--since", l.since, l.now); err != nil {
			return err
		}
	}
	return l.scope.check()
}

func eventsShowCommand() *cobra.Command {
	var raw bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show one event, its facts and deliveries", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			d, err := showEvent(cmd.Context(), c, args[0])
			if errors.Is(err, event.ErrNotFound) {
				return fmt.Errorf("no event %s in stack %s", args[0], c.Stack)
			}
			if d == nil {
				return err
			}
			return errors.Join(d.print(cmd, raw), err)
		},
	}
	cmd.Flags().BoolVar(&raw, "raw", false, "print the signed bytes, unchanged, and nothing else")
	stackFlags(cmd)
	return cmd
}
