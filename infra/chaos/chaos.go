// Package chaos runs load on a stack in its own process while calls fail and
// processes are killed, then compares the results with the plan of the load.
package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
	"github.com/payhooks/payhooks/infra/local/aws"
)

const (
	// window is by how many places requests change their order.
	window = 40
	// faultsEvery is how often the faults change.
	faultsEvery = 3 * time.Second
	// idleTimeout is how long all deliveries may take after the load.
	idleTimeout = 20 * time.Minute
)

// Config is one run.
type Config struct {
	Rate     float64 // events per second
	Duration time.Duration
	Seed     uint64
	Plan     *demo.Plan
}

// run is one run under way.
type run struct {
	Config
	stack *target
	rng   *rand.Rand
	say   func(string, ...any)
	sent  atomic.Int64
	r     Report
}

// Run starts a temporary stack, runs the load and prints the results. A lost event
// or an effect done twice is an error.
func Run(cmd *cobra.Command, cfg Config) error {
	dir, err := os.MkdirTemp("", "payhooks-chaos-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	//nolint:gosec // repeatable on purpose
	c := &run{Config: cfg, stack: &target{dir: dir}, rng: rand.New(rand.NewPCG(cfg.Seed, 3)), say: demo.Say(cmd), r: Report{Kills: map[string]int{}, Broken: []string{}}}
	if err := c.stack.start(cmd.Context()); err != nil {
		return err
	}
	defer c.stack.kill()
	c.say("stack is up; %s of load at %g events/s, faults and kills with seed %d", cfg.Duration, cfg.Rate, cfg.Seed)
	if err := c.prepare(cmd.Context()); err != nil {
		return err
	}
	begin := time.Now()
	if err := c.loadWithFaults(cmd.Context()); err != nil {
		return err
	}
	c.r.Seconds = time.Since(begin).Seconds()
	if err := c.settle(cmd); err != nil {
		return err
	}
	return c.report(cmd)
}

// prepare stores what the plan needs besides its events.
func (c *run) prepare(ctx context.Context) error {
	running, err := c.stack.find()
	if err != nil || c.Plan.Prepare == nil {
		return err
	}
	t, err := cli.OpenLocal(ctx, running)
	if err != nil {
		return err
	}
	return c.Plan.Prepare(ctx, t)
}

// loadWithFaults posts the requests at the rate while calls fail and processes are
// killed.
func (c *run) loadWithFaults(ctx context.Context) error {
	limited, stop := context.WithTimeout(ctx, c.Duration)
	defer stop()
	injected := make(chan error, 1)
	go func() { injected <- c.injectFaults(limited) }()
	err := c.load(ctx, c.Plan.Requests(window))
	stop()
	return errors.Join(err, <-injected)
}

// injectFaults changes the faults every few seconds and kills a process every
// second time, until the context ends. The stack is up when it returns.
func (c *run) injectFaults(ctx context.Context) error {
	tick := time.NewTicker(faultsEvery)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := c.setFaults(ctx, c.randomFaults()); err != nil && ctx.Err() == nil {
			continue // restarting
		}
		if i%2 == 1 {
			what, err := c.stack.killOne(context.WithoutCancel(ctx), c.rng)
			if err != nil {
				return err
			}
			c.r.Kills[what]++
		}
	}
}

// settle ends the faults, waits until everything is done and counts.
func (c *run) settle(cmd *cobra.Command) error {
	running, err := c.stack.up(cmd.Context())
	if err != nil {
		return err
	}
	if err := c.setFaults(cmd.Context(), aws.Faults{Faults: []aws.Fault{}}); err != nil {
		return err
	}
	c.say("load finished; waiting for all deliveries")
	t, err := cli.OpenLocal(cmd.Context(), running)
	if err != nil {
		return err
	}
	if err := makeDue(cmd.Context(), t); err != nil {
		return err
	}
	if err := demo.WaitIdle(cmd, t, idleTimeout); err != nil {
		c.r.Broken = append(c.r.Broken, err.Error())
	}
	if _, err := t.Operator().Reconcile(cmd.Context(), 0); err != nil {
		return err
	}
	c.say("all done; recomputing all state from the stored events")
	return c.count(demo.NewReview(cmd, t, c.Plan))
}

// report prints the result. Anything lost, doubled or broken is an error.
func (c *run) report(cmd *cobra.Command) error {
	c.r.Sent = c.sent.Load()
	if out := cmd.OutOrStdout(); cli.WantsJSON(cmd) {
		if err := cli.PrintJSON(out, c.r); err != nil {
			return err
		}
	} else {
		c.r.print(out)
	}
	if c.r.Lost+c.r.Doubled+len(c.r.Broken) > 0 {
		return fmt.Errorf("%w: %d lost, %d doubled, %d broken", demo.ErrBroken, c.r.Lost, c.r.Doubled, len(c.r.Broken))
	}
	return nil
}
