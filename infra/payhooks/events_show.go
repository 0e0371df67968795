package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

func eventsShowCommand() *cobra.Command {
	var raw bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show one event, its facts and deliveries", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := cli.OpenOperator(cmd)
			if err != nil {
				return err
			}
			d, err := o.Show(cmd.Context(), args[0])
			if d == nil {
				return err
			}
			return errors.Join(printEvent(cmd, d, raw), err)
		},
	}
	cmd.Flags().BoolVar(&raw, "raw", false, cli.RawUsage)
	cli.StackFlag(cmd)
	return cmd
}

func printEvent(cmd *cobra.Command, d *operator.EventDetail, raw bool) error {
	out := cmd.OutOrStdout()
	switch {
	case raw:
		return cli.NewOutput(out).Raw(d.Body)
	case cli.WantsJSON(cmd):
		return cli.PrintJSON(out, d)
	}
	printFields(cmd, d)
	fmt.Fprintln(out)
	list := cli.NewRows(cmd, "ACTION", "STATE", "ATTEMPTS", "NEXT", "OUTCOME")
	for _, x := range d.Deliveries {
		next := ""
		if x.Next != nil {
			next = x.Next.Format(time.DateTime)
		}
		if err := list.Add(x, x.Action, x.State, x.Attempts, next, x.Result()); err != nil {
			return err
		}
	}
	return list.Flush("no deliveries")
}

func printFields(cmd *cobra.Command, d *operator.EventDetail) {
	field := func(name string, value any) { cli.Field(cmd.OutOrStdout(), 12, name, value) }
	field("id", d.ID)
	field("type", d.Type)
	field("status", d.Status)
	if d.Reason != "" {
		field("reason", d.Reason)
	}
	field("received", d.Received.Format(time.RFC3339))
	if d.Facts != nil {
		field("created", d.Facts.Created.Format(time.RFC3339))
		field("scope", d.Facts.Text())
		if d.Facts.Thin() {
			field("sent as", d.Facts.SentAs)
		}
		field("api version", d.Facts.APIVersion)
		if len(d.Renderings) > 0 {
			field("renderings", strings.Join(d.Renderings, ", "))
		}
		field("endpoint", d.Facts.Endpoint)
		field("object", d.Facts.Object)
		field("subject", d.Facts.Subject)
	}
}
