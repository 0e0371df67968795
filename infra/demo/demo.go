// Package demo runs the events of a plan through a temporary stack and compares
// the results with the plan.
package demo

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
)

const (
	// Secret signs the events; the stack ends with the command.
	Secret = "whsec_demo" //nolint:gosec // of a temporary stack
	// Seed makes the demo's plan.
	Seed = 20261122
	// Timeout is how long the demo waits until everything is done.
	Timeout = 3 * time.Minute
	// window is by how many places requests change their order.
	window = 60
)

// ErrBroken is the error of results that differ from the plan.
var ErrBroken = errors.New("a promise did not hold")

// Run starts a temporary stack, runs the plan's events through it and prints the
// results. Results that differ from the plan are ErrBroken.
func Run(cmd *cobra.Command, p *Plan) error {
	dir, err := os.MkdirTemp("", "payhooks-demo-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	say, begin := Say(cmd), time.Now()
	stack, err := local.Start(cmd.Context(), local.Config{
		Dir: ".", DataDir: dir, Secret: Secret,
		Progress: func(what string) { say("%s …", what) },
	})
	if err != nil {
		return err
	}
	defer func() { _ = stack.Close() }()
	say("stack of %d functions is up on %s after %.1f s", len(stack.Functions), stack.API, time.Since(begin).Seconds())
	t, err := cli.OpenLocal(cmd.Context(), stack.Running)
	if err != nil {
		return err
	}
	r, err := Verify(cmd, t, p)
	if err != nil {
		return err
	}
	return r.print(cmd.OutOrStdout(), cli.WantsJSON(cmd))
}

// Say returns a function that prints a line, unless --json is set.
func Say(cmd *cobra.Command) func(format string, args ...any) {
	return func(format string, args ...any) {
		if !cli.WantsJSON(cmd) {
			fmt.Fprintf(cmd.OutOrStdout(), format+"\n", args...)
		}
	}
}

// Verify runs the plan's events through a running stack and compares the results
// with the plan.
func Verify(cmd *cobra.Command, t *cli.Target, p *Plan) (*Report, error) {
	if p.Prepare != nil {
		if err := p.Prepare(cmd.Context(), t); err != nil {
			return nil, err
		}
	}
	n, took, err := post(cmd, t, p)
	if err != nil {
		return nil, err
	}
	// Objects without an event, such as Stripe's own fees, are listed.
	if _, err := t.Operator().Reconcile(cmd.Context(), 0); err != nil {
		return nil, err
	}
	Say(cmd)("all done after %.1f s; recomputing all state from the stored events", took.Seconds())
	r := NewReview(cmd, t, p)
	if err := r.all(); err != nil {
		return nil, err
	}
	r.Requests, r.Seconds, r.Rate = n, took.Seconds(), float64(r.Events)/took.Seconds()
	return &r.Report, nil
}

// post posts the plan's requests and waits until every event is done. It returns
// their number and how long that took.
func post(cmd *cobra.Command, t *cli.Target, p *Plan) (int, time.Duration, error) {
	say, requests := Say(cmd), p.Requests(window)
	say("%s:\n%s, %s", p.Title, cli.Count(len(requests), "request", "requests"), p.Order)
	begin := time.Now()
	posted := cli.NewProgress(cmd, "requests acknowledged", len(requests))
	err := postAll(cmd.Context(), t.API, requests, func() { posted.Add(1) })
	posted.End()
	if err != nil {
		return 0, 0, err
	}
	say("all acknowledged within %.1f s; waiting until every action is done with them", time.Since(begin).Seconds())
	err = WaitIdle(cmd, t, Timeout)
	return len(requests), time.Since(begin), err
}
