package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/webhook"
	"github.com/spf13/cobra"
)

const (
	demoSecret = "whsec_demo" //nolint:gosec // of a stack that lives as long as the demo
	demoSeed   = 20261122
	// demoTimeout is how long the demo waits for everything to be done.
	demoTimeout = 3 * time.Minute
)

func demoCommand() *cobra.Command {
	var customers int
	cmd := &cobra.Command{
		Use: "demo", Short: "Run a generated month of events through a temporary stack and verify the results", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if customers < 2 {
				return usage("--customers %d: must be 2 or more", customers)
			}
			return demo(cmd, customers)
		},
	}
	cmd.Flags().IntVar(&customers, "customers", 264, "how many customers, half of them in each API version")
	return cmd
}

func demo(cmd *cobra.Command, customers int) error {
	dir, err := os.MkdirTemp("", "payhooks-demo-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	say := func(format string, args ...any) {
		if !wantsJSON(cmd) {
			fmt.Fprintf(cmd.OutOrStdout(), format+"\n", args...)
		}
	}
	begin := time.Now()
	stack, err := local.Start(cmd.Context(), local.Config{
		Dir: ".", DataDir: dir, Secret: demoSecret,
		Progress: func(what string) { say("%s …", what) },
	})
	if err != nil {
		return err
	}
	defer func() { _ = stack.Close() }()
	say("stack of %d functions is up on %s after %.1f s", len(stack.Functions), stack.API, time.Since(begin).Seconds())
	c, err := open(cmd.Context(), stack.Running)
	if err != nil {
		return err
	}
	months := tellMonths(demoSeed, customers, time.Now())
	r, err := live(cmd, c, months, say)
	if err != nil {
		return err
	}
	return r.print(cmd.OutOrStdout(), wantsJSON(cmd))
}

// live puts the months through the stack and returns what came of them.
func live(cmd *cobra.Command, c *connection, months []month, say func(string, ...any)) (*report, error) {
	if err := prepare(cmd.Context(), c, months); err != nil {
		return nil, err
	}
	mixed := story.Disorder(demoSeed, storiesOf(months), 60)
	say("%d customers' month, half of them in API version %s and half in %s:\n%d requests, about one in five a repeat, out of order",
		customersOf(months), months[0].version, months[1].version, len(mixed))
	begin := time.Now()
	posted := newProgress(cmd, "requests acknowledged", len(mixed))
	err := postAll(cmd.Context(), c.Local.API, mixed, posted.add)
	posted.end()
	if err != nil {
		return nil, err
	}
	say("all acknowledged within %.1f s; waiting until every action is done with them", time.Since(begin).Seconds())
	if err := c.waitIdle(cmd, demoTimeout); err != nil {
		return nil, err
	}
	took := time.Since(begin)
	// What no event announces, such as Stripe's own fee, is pulled.
	if _, err := c.reconcile(cmd, reconcile.Request{Now: true}); err != nil {
		return nil, err
	}
	say("all done after %.1f s; recomputing all state from the stored events", took.Seconds())
	r, err := newJudge(cmd, c, months).all()
	if err != nil {
		return nil, err
	}
	r.Requests, r.Seconds, r.Rate = len(mixed), took.Seconds(), float64(r.Events)/took.Seconds()
	return r, nil
}

// postAll posts the events signed, a few at a time, as Stripe does: what is
// not acknowledged with a 2xx is an error.
func postAll(ctx context.Context, api string, es []story.Event, progress func()) error {
	return parallel.Each(ctx, 8, es, func(ctx context.Context, e story.Event) error {
		defer progress()
		return postSigned(ctx, api+"/webhooks/default", demoSecret, e.Body)
	})
}

func postSigned(ctx context.Context, url, secret string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Stripe-Signature", webhook.Sign(body, secret, time.Now()))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("the stack answered %s: %s", res.Status, answer)
	}
	return nil
}

// waitIdle waits until nothing is pending or waiting any more.
func (c *connection) waitIdle(cmd *cobra.Command, timeout time.Duration) error {
	ctx, deadline := cmd.Context(), time.Now().Add(timeout)
	shown := newProgress(cmd, "events done", 0)
	defer shown.end()
	done := map[string]bool{}
	for {
		before := len(done)
		left, err := c.unsettled(ctx, done)
		if err != nil || len(left) == 0 {
			return err
		}
		for range len(done) - before {
			shown.add()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d events are not done after %s, %s among them", len(left), timeout, left[0])
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// unsettled lists the events that still have something before them, and adds
// the others to done.
func (c *connection) unsettled(ctx context.Context, done map[string]bool) (left []string, err error) {
	now := time.Now()
	stored, unreadable, err := collect(c.Tables.ReceivedBetween(ctx, now.Add(-24*time.Hour), now.Add(time.Hour)))
	if err := errors.Join(err, unreadable); err != nil {
		return nil, err
	}
	stored = slices.DeleteFunc(stored, func(s event.Stored) bool { return done[s.ID] })
	ds, unreadable, err := c.deliveries(ctx, stored)
	if err := errors.Join(err, unreadable); err != nil {
		return nil, err
	}
	for _, s := range stored {
		switch event.StatusOf(s, ds[s.ID]) {
		case event.StatusPending, event.StatusWaiting:
			left = append(left, s.ID)
		default:
			done[s.ID] = true
		}
	}
	return left, nil
}

var errBroken = errors.New("a promise did not hold")
