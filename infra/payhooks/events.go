package main

import (
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// eventsCommand lists without a subcommand, too.
func eventsCommand() *cobra.Command {
	cmd := eventsListCommand("events")
	cmd.AddCommand(eventsListCommand("list"), eventsShowCommand(), eventsTimelineCommand())
	return cmd
}

// eventFlags are those of events list, and the command as it was given.
type eventFlags struct {
	operator.EventList
	list           cli.ListFlags
	status, before string
	line           []string
}

const listLong = `List events, newest first.

A status or customer is found by its index. Everything else, and the statuses done and
ignored, have none: the list reads all events, newest first, until it has enough. Ctrl-C stops that; it prints how to continue.`

func eventsListCommand(use string) *cobra.Command {
	f := eventFlags{line: os.Args}
	cmd := &cobra.Command{
		Use: use, Short: "List events, newest first", Long: listLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			req, err := f.request(time.Now())
			if err != nil {
				return err
			}
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			return f.print(cmd, o, req)
		},
	}
	cmd.Flags().StringVar(&f.ID, "id", "", "only the event of this id (evt_…)")
	cli.TypesFlag(cmd, &f.Types, "only events")
	cmd.Flags().StringVar(&f.status, "status", "", "only events with this status: "+statuses())
	cmd.Flags().StringVar(&f.Action, "action", "", "only events that this action subscribes to; with --status its delivery has the status")
	cli.ReportFlag(cmd, &f.Report, "only events with an effect of which came back")
	cmd.Flags().StringVar(&f.Customer, "customer", "", "only events of this customer (cus_…)")
	cmd.Flags().StringVar(&f.Object, "object", "", "only events of this object, or about it (pi_…, ch_…, sub_…, in_…)")
	cmd.Flags().StringVar(&f.Endpoint, "endpoint", "", "only events of this endpoint")
	cmd.Flags().StringVar(&f.Version, "version", "", "only events in this version of Stripe's API")
	f.list.AddSince(cmd, "only events received")
	cmd.Flags().StringVar(&f.before, "before", "", "only events received before then")
	f.list.AddLimit(cmd, 50, "how many at most, the newest")
	f.list.Scope.Add(cmd, "only events")
	cli.WideFlag(cmd)
	cli.StackFlag(cmd)
	return cmd
}

// request finds mistakes of the command line before anything is read.
func (f *eventFlags) request(now time.Time) (req operator.EventList, err error) {
	req = f.EventList
	if err := f.list.Check(now); err != nil {
		return req, err
	}
	req.Limit, req.Since = f.list.Limit, f.list.Since
	if req.Status = event.Status(f.status); f.status != "" && !slices.Contains(operator.Statuses, req.Status) {
		return req, cli.Usage("--status %q: expected one of %s", f.status, statuses())
	}
	if f.before != "" {
		if req.Before, err = cli.ParseTime("--before", f.before, now); err != nil {
			return req, err
		}
		if !req.Since.Before(req.Before) {
			return req, cli.Usage("--since %s is not before --before %s", f.list.GivenSince(), f.before)
		}
	}
	if f.list.Scope.Set() {
		req.Scope, req.Scopes = f.list.Scope.Matches, f.list.Scope.All()
	}
	return req, nil
}

func statuses() string {
	words := make([]string, len(operator.Statuses))
	for i, s := range operator.Statuses {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

// print prints events as they are found.
func (f *eventFlags) print(cmd *cobra.Command, o *operator.Operator, req operator.EventList) error {
	shown := &search{cmd: cmd, flags: f, since: req.Since}
	req.Looked = shown.looked
	out := cli.NewRows(cmd, "RECEIVED", "ID", "TYPE", "STATUS", "SCOPE", "API VERSION")
	out.Printing = shown.clear
	var unreadable, failed error
	for e, err := range o.List(cmd.Context(), req) {
		switch {
		case errors.Is(err, event.ErrInvalid):
			unreadable = errors.Join(unreadable, err)
		case err != nil:
			failed = err
		default:
			if err := addEvent(out, e); err != nil {
				return err
			}
		}
	}
	none := unless(unreadable, "no events")
	if failed != nil {
		none = ""
	}
	return errors.Join(out.Flush(none), shown.end(failed), unreadable)
}

func addEvent(out *cli.Rows, e operator.EventRow) error {
	scope := ""
	if e.Scope != nil {
		scope = e.Text()
	}
	return out.Add(e, cli.Time(e.Received), e.ID, e.Type, e.Status, scope, e.APIVersion)
}

// unless is none if nothing went wrong: then there really is nothing.
func unless(err error, none string) string {
	if err != nil {
		return "nothing can be read"
	}
	return none
}
