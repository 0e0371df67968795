package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

func eventsShowCommand() *cobra.Command {
	var raw, minor bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show one event, its facts, deliveries and attempts", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			d, err := o.Show(cmd.Context(), args[0])
			switch {
			case d == nil:
				return err
			case raw:
				return errors.Join(cli.NewOutput(cmd.OutOrStdout()).Raw(d.Body), err)
			}
			return errors.Join(printEvent(cmd, d, minor), err)
		},
	}
	cmd.Flags().BoolVar(&raw, "raw", false, cli.RawUsage)
	cli.WideFlag(cmd)
	cmd.Flags().BoolVar(&minor, "minor", false, cli.MinorUsage)
	cli.StackFlag(cmd)
	return cmd
}

func printEvent(cmd *cobra.Command, d *operator.EventDetail, minor bool) error {
	out := cmd.OutOrStdout()
	if cli.WantsJSON(cmd) {
		return cli.PrintJSON(out, d)
	}
	field := func(name, value string) {
		if value != "" {
			cli.Field(out, 12, name, value)
		}
	}
	printHead(field, d)
	if d.Facts != nil {
		printFacts(field, d.Facts, minor)
	}
	if d.Expires != nil {
		field("kept until", cli.Time(*d.Expires))
	}
	field("renderings", strings.Join(d.Renderings, ", "))
	if d.Facts != nil {
		field("subscribers", orNone(strings.Join(d.Wanted, ", ")))
	}
	for _, u := range d.Unrecorded {
		field("no record", u.Action+": "+string(u.Why))
	}
	fmt.Fprintln(out)
	if err := printDeliveries(cmd, d.Deliveries); err != nil {
		return err
	}
	return printAttempts(cmd, d.Deliveries)
}

func printHead(field func(name, value string), d *operator.EventDetail) {
	field("id", d.ID)
	field("type", d.Type)
	field("status", string(d.Status))
	field("reason", d.Reason)
	field("received", cli.Time(d.Received))
	if d.Facts == nil {
		field("endpoint", d.Endpoint)
	}
}

func printFacts(field func(name, value string), f *event.Facts, minor bool) {
	account, endpoint := f.Account, f.Endpoint
	if account == "" {
		account = "own"
	}
	if endpoint == event.EndpointListed {
		endpoint += ": listed at Stripe, not posted"
	}
	if endpoint == event.EndpointImported {
		endpoint += ": made by payhooks import of what Stripe's API had, not signed"
	}
	field("created", cli.Time(f.Created))
	field("mode", f.Mode())
	field("account", account)
	field("sent as", f.SentAs)
	field("api version", f.APIVersion)
	field("endpoint", endpoint)
	field("object", strings.TrimSpace(f.Object+" "+inBrackets(f.ObjectType)))
	field("subject", f.Subject)
	field("customer", f.Customer)
	field("amount", operator.AmountText(*f, minor))
	if f.Amount == nil {
		field("currency", f.Currency)
	}
	field("its status", f.Status)
}

func inBrackets(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func printDeliveries(cmd *cobra.Command, all []operator.DeliveryRow) error {
	list := cli.NewRows(cmd, "ACTION", "STATE", "ATTEMPTS", "NEXT", "OUTCOME")
	for _, x := range all {
		next := ""
		if x.Next != nil {
			next = cli.Time(*x.Next)
		}
		if err := list.Add(x, x.Action, x.State, x.Attempts, next, x.Result()); err != nil {
			return err
		}
	}
	return list.Flush("no deliveries")
}

// printAttempts prints the attempts that failed, of every delivery.
func printAttempts(cmd *cobra.Command, all []operator.DeliveryRow) error {
	list, first := cli.NewRows(cmd, "FAILED AT", "TOOK", "ACTION", "ERROR"), true
	for _, x := range all {
		for _, a := range x.History {
			if first {
				fmt.Fprintln(cmd.OutOrStdout())
				first = false
			}
			if err := list.Add(a, cli.Time(a.At), cli.Took(a.Took), x.Action, a.Error); err != nil {
				return err
			}
		}
	}
	return list.Flush("")
}
