package main

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

func eventsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "events", Short: "List events and show their deliveries"}
	cmd.AddCommand(eventsListCommand(), eventsShowCommand())
	return cmd
}

// eventFlags are those of events list.
type eventFlags struct {
	operator.EventList
	status, since string
	scope         cli.ScopeFlags
}

func eventsListCommand() *cobra.Command {
	var f eventFlags
	cmd := &cobra.Command{
		Use: "list", Short: "List events, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			req, err := f.request(time.Now())
			if err != nil {
				return err
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			list, unreadable, err := o.List(cmd.Context(), req)
			if err != nil {
				return err
			}
			return errors.Join(printEvents(cmd, list, unless(unreadable, "no events")), unreadable)
		},
	}
	cmd.Flags().StringVar(&f.Type, "type", "", "only events of this type; a star at the end stands for anything (invoice.*)")
	cmd.Flags().StringVar(&f.status, "status", "", "only events with this status: "+statuses())
	cmd.Flags().StringVar(&f.Customer, "customer", "", "only events of this customer (cus_…)")
	cmd.Flags().StringVar(&f.since, "since", "", "only events received since then: 2026-11-22, 2026-11-22T10:30:00Z, or 36h or 7d ago")
	cmd.Flags().IntVar(&f.Limit, "limit", 50, "how many at most")
	f.scope.Add(cmd, "only events")
	cli.StackFlag(cmd)
	return cmd
}

// request finds mistakes of the command line before anything is read.
func (f *eventFlags) request(now time.Time) (operator.EventList, error) {
	req := f.EventList
	if req.Limit < 1 {
		return req, cli.Usage("--limit %d: must be 1 or more", req.Limit)
	}
	if req.Status = event.Status(f.status); f.status != "" && !slices.Contains(operator.Statuses, req.Status) {
		return req, cli.Usage("--status %q: expected one of %s", f.status, statuses())
	}
	if f.since != "" {
		var err error
		if req.Since, err = cli.ParseTime("--since", f.since, now); err != nil {
			return req, err
		}
	}
	if f.scope.Set() {
		req.Scope = f.scope.Matches
	}
	return req, f.scope.Check()
}

func statuses() string {
	words := make([]string, len(operator.Statuses))
	for i, s := range operator.Statuses {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

func printEvents(cmd *cobra.Command, list []operator.EventRow, none string) error {
	out := cli.NewRows(cmd, "RECEIVED", "ID", "TYPE", "STATUS", "SCOPE", "API VERSION")
	for _, e := range list {
		scope := ""
		if e.Scope != nil {
			scope = e.Text()
		}
		if err := out.Add(e, e.Received.Format(time.DateTime), e.ID, e.Type, e.Status, scope, e.APIVersion); err != nil {
			return err
		}
	}
	return out.Flush(none)
}

// unless is none if nothing went wrong: then there really is nothing.
func unless(err error, none string) string {
	if err != nil {
		return "nothing can be read"
	}
	return none
}
