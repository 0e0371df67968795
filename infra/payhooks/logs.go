package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local/printer"
	"github.com/payhooks/payhooks/infra/logs"
	"github.com/payhooks/payhooks/internal/wire"
)

const logsLong = `Print what the functions wrote, of one function or about one event; without an argument,
all. api is the API's access log. About an event are the lines that name its id, in every
function, and those of its requests in the access log.

From when on: an hour ago for functions, from when it was received on for an event.`

// logsFlags are the flags of logs.
type logsFlags struct {
	cli.ListFlags
	until  string
	follow bool
}

func logsCommand() *cobra.Command {
	var f logsFlags
	cmd := &cobra.Command{
		Use: "logs [ACTION|EVENT]", Short: "Print the lines of a function, or all about an event", Long: logsLong,
		Args: cobra.MaximumNArgs(1), ValidArgsFunction: completeFunctions,
		RunE: func(cmd *cobra.Command, args []string) error {
			run, err := f.open(cmd, args)
			switch {
			case err != nil:
				return err
			case f.follow:
				return run.follow(cmd.Context())
			}
			return run.once(cmd.Context())
		},
	}
	f.AddSince(cmd, "only lines")
	cmd.Flags().StringVar(&f.until, "until", "", "only lines before then")
	f.AddLimit(cmd, 1000, "how many at most, the latest")
	cmd.Flags().BoolVarP(&f.follow, "follow", "f", false, "continue with new lines until Ctrl-C")
	cli.StackFlag(cmd)
	return cmd
}

// logsRun prints the lines that a query selects.
type logsRun struct {
	cmd    *cobra.Command
	reader *logs.Reader
	query  logs.Query
	about  string // the argument
	print  *printer.Printer
}

func logReader(t *cli.Target) *logs.Reader {
	return &logs.Reader{Client: logs.CloudWatch{Wire: wire.New("logs", t.AWS, time.Now)}, Stack: t.Stack}
}

// completeFunctions completes functions that have a log group.
func completeFunctions(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTimeout)
	defer cancel()
	t, err := cli.Open(cmd)
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names, _ := logReader(t).Functions(ctx) // none is completed then
	return names, cobra.ShellCompDirectiveNoFileComp
}

// open reads the command line, and finds out what the argument is.
func (f *logsFlags) open(cmd *cobra.Command, args []string) (*logsRun, error) {
	now := time.Now()
	q := logs.Query{Limit: f.Limit}
	err := f.Check(now)
	if f.until != "" && err == nil {
		q.Until, err = cli.ParseTime("--until", f.until, now)
		if err == nil && !f.Since.Before(q.Until) {
			err = cli.Usage("--until %s is not after --since %s", f.until, f.GivenSince())
		}
	}
	switch {
	case err != nil:
		return nil, err
	case len(args) == 1 && args[0] == "":
		return nil, cli.Usage("the function or event is empty; without it all lines are printed")
	case f.follow && f.until != "":
		return nil, cli.Usage("--follow has no end: leave out --until")
	}
	t, err := cli.Open(cmd)
	if err != nil {
		return nil, err
	}
	r := &logsRun{
		cmd: cmd, about: strings.Join(args, ""), print: printer.NewLog(cmd.OutOrStdout(), cli.WantsJSON(cmd)),
		reader: logReader(t),
	}
	if q.Functions, err = r.reader.Functions(cmd.Context()); err != nil {
		return nil, err
	}
	if len(q.Functions) == 0 {
		return nil, fmt.Errorf("no log group begins with /%s/: is %[1]s the name of a stack in region %[2]s?", t.Stack, t.AWS.Region)
	}
	q.Since, q.Shown = f.Since, r.print.Shown
	if r.query, err = r.selected(q, t); err != nil {
		return nil, err
	}
	return r, nil
}
