package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/stripe"
	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

const (
	demoSecret = "whsec_demo" //nolint:gosec // of a stack that lives as long as the demo
	demoSeed   = 20261122
	// patience is how long the demo waits for everything to be done.
	patience = 3 * time.Minute
)

func demoCommand() *cobra.Command {
	var customers int
	cmd := &cobra.Command{
		Use: "demo", Short: "A story of customers through a stack of its own; fails if any promise does not hold", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if customers < 1 {
				return usage("--customers is %d: want 1 or more", customers)
			}
			return demo(cmd, customers)
		},
	}
	cmd.Flags().IntVar(&customers, "customers", 56, "how many customers, half of them in each API version")
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

	stories := tellStories(customers)
	if err := teach(cmd.Context(), stack.StandIn, stories); err != nil {
		return err
	}
	mixed := story.Disorder(demoSeed, stories, 40)
	begin = time.Now()
	if err := postAll(cmd.Context(), stack.API, mixed); err != nil {
		return err
	}
	say("%d customers' events posted and acknowledged: %d requests, duplicates and disorder included", len(stories), len(mixed))
	c, err := open(cmd.Context(), stack.Running)
	if err != nil {
		return err
	}
	if err := c.settle(cmd.Context(), patience); err != nil {
		return err
	}
	took := time.Since(begin)
	r, err := judge(cmd, c, stories)
	if err != nil {
		return err
	}
	r.Requests, r.Seconds, r.Rate = len(mixed), took.Seconds(), float64(len(mixed))/took.Seconds()
	return r.print(cmd)
}

// tellStories makes up customers in every API version.
func tellStories(customers int) []story.Story {
	var all []story.Story
	versions := story.Versions()
	for i, v := range versions {
		n := (customers + i) / len(versions)
		all = append(all, story.Shop(demoSeed+uint64(i), n, v, time.Now().Add(-30*time.Minute))...) //nolint:gosec // a small index
	}
	return all
}

// teach tells the stand-in of Stripe's API the stories' objects, as they are in
// the end.
func teach(ctx context.Context, standIn string, stories []story.Story) error {
	var all []json.RawMessage
	for _, s := range stories {
		if err := stripe.Put(ctx, standIn, "", s.Objects...); err != nil {
			return err
		}
		for _, e := range s.Events {
			all = append(all, e.Body)
		}
	}
	return stripe.PutEvents(ctx, standIn, all...)
}

// postAll posts the events signed, a few at a time, as Stripe does: what is
// not acknowledged with a 2xx is an error.
func postAll(ctx context.Context, api string, es []story.Event) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for _, e := range es {
		g.Go(func() error { return postSigned(ctx, api+"/webhooks/default", demoSecret, e.Body) })
	}
	return g.Wait()
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

// settle waits until nothing is pending or waiting any more.
func (c *connection) settle(ctx context.Context, patience time.Duration) error {
	deadline := time.Now().Add(patience)
	done := map[string]bool{}
	for {
		left, err := c.unsettled(ctx, done)
		if err != nil || len(left) == 0 {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d events are not done after %s, %s among them", len(left), patience, left[0])
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
func (c *connection) unsettled(ctx context.Context, done map[string]bool) ([]string, error) {
	now := time.Now()
	stored, err := received(ctx, c, now.Add(-24*time.Hour), now.Add(time.Hour))
	if err != nil {
		return nil, err
	}
	var left []string
	for _, s := range stored {
		if done[s.ID] {
			continue
		}
		ds, err := c.Tables.Deliveries(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		switch event.StatusOf(s, ds) {
		case event.StatusPending, event.StatusWaiting:
			left = append(left, s.ID)
		default:
			done[s.ID] = true
		}
	}
	return left, nil
}

var errBroken = errors.New("a promise did not hold")
