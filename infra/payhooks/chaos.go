package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// chaosReport is what was counted.
type chaosReport struct {
	Seconds      float64        `json:"seconds"`
	Sent         int64          `json:"sent"`         // requests, repeats included
	Acknowledged int            `json:"acknowledged"` // events answered with a 2xx
	Done         int            `json:"done"`
	Unknown      int            `json:"unknown"` // a mail or notice of unknown outcome: kept for an operator
	Parked       int            `json:"parked"`
	Lost         int            `json:"lost"`
	Doubled      int            `json:"doubled"`
	Audited      int            `json:"audited"` // rows of state, recomputed
	Kills        map[string]int `json:"kills"`
	Faults       int            `json:"faults"`
	Broken       []string       `json:"broken"`
}

func chaosCommand() *cobra.Command {
	var duration time.Duration
	var rate float64
	var seed uint64
	cmd := &cobra.Command{
		Use: "chaos", Short: "Run load with injected faults and process kills; fail on lost or duplicated effects", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if duration < time.Second || rate <= 0 {
				return usage("--duration %s --rate %g: must be at least 1s, and above 0", duration, rate)
			}
			return chaos(cmd, duration, rate, seed)
		},
	}
	cmd.Flags().DurationVar(&duration, "duration", 5*time.Minute, "how long faults and load last")
	cmd.Flags().Float64Var(&rate, "rate", 8, "events per second")
	cmd.Flags().Uint64Var(&seed, "seed", 0, "seed of the faults and kills; 0 draws one")
	return cmd
}

// storm is one run.
type storm struct {
	stack *victim
	rng   *rand.Rand
	say   func(string, ...any)
	sent  atomic.Int64
	r     chaosReport
}

func chaos(cmd *cobra.Command, duration time.Duration, rate float64, seed uint64) error {
	if seed == 0 {
		seed = rand.Uint64() >> 1 //nolint:gosec // it is printed
	}
	dir, err := os.MkdirTemp("", "payhooks-chaos-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s := &storm{stack: &victim{dir: dir}, rng: rand.New(rand.NewPCG(seed, 3)), r: chaosReport{Kills: map[string]int{}, Broken: []string{}}} //nolint:gosec // repeatable on purpose
	s.say = func(format string, args ...any) {
		if !wantsJSON(cmd) {
			fmt.Fprintf(cmd.OutOrStdout(), format+"\n", args...)
		}
	}
	if err := s.stack.start(cmd.Context()); err != nil {
		return err
	}
	defer s.stack.kill()
	s.say("stack is up; %s of load at %g events/s, faults and kills with seed %d", duration, rate, seed)
	// A customer is told in about 5 requests.
	months := tellMonths(seed, max(98, int(duration.Seconds()*rate/5)), time.Now())
	if err := s.prepare(cmd.Context(), months); err != nil {
		return err
	}
	begin := time.Now()
	if err := s.rage(cmd.Context(), storiesOf(months), duration, rate); err != nil {
		return err
	}
	s.r.Seconds = time.Since(begin).Seconds()
	if err := s.calm(cmd, months); err != nil {
		return err
	}
	return s.report(cmd)
}

// rage posts the stories at the rate while faults strike and processes die.
func (s *storm) rage(ctx context.Context, stories []story.Story, duration time.Duration, rate float64) error {
	storm, stop := context.WithTimeout(ctx, duration)
	defer stop()
	trouble := make(chan error, 1)
	go func() { trouble <- s.trouble(storm) }()
	err := s.load(ctx, story.Disorder(demoSeed, stories, 40), rate)
	stop()
	return errors.Join(err, <-trouble)
}

// trouble changes the faults every few seconds and kills something now and
// then, until the context ends. The stack is up when it returns.
func (s *storm) trouble(ctx context.Context) error {
	tick := time.NewTicker(3 * time.Second)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := s.setFaults(ctx, s.weather()); err != nil && ctx.Err() == nil {
			continue // restarting
		}
		if i%2 == 1 {
			what, err := s.stack.killOne(context.WithoutCancel(ctx), s.rng)
			if err != nil {
				return err
			}
			s.r.Kills[what]++
		}
	}
}

// prepare gives the stack goods, and its Stripe the months' objects.
func (s *storm) prepare(ctx context.Context, months []month) error {
	run, err := s.stack.find()
	if err != nil {
		return err
	}
	c, err := open(ctx, run)
	if err != nil {
		return err
	}
	return prepare(ctx, c, months)
}

// calm ends the faults, waits until everything is done and counts.
func (s *storm) calm(cmd *cobra.Command, months []month) error {
	run, err := s.stack.up(cmd.Context())
	if err != nil {
		return err
	}
	if err := s.setFaults(cmd.Context(), aws.Faults{Faults: []aws.Fault{}}); err != nil {
		return err
	}
	s.say("load finished; waiting for all deliveries")
	c, err := open(cmd.Context(), run)
	if err != nil {
		return err
	}
	if err := makeDue(cmd.Context(), c); err != nil {
		return err
	}
	if err := c.waitIdle(cmd, 20*time.Minute); err != nil {
		s.r.Broken = append(s.r.Broken, err.Error())
	}
	if _, err := c.reconcile(cmd, reconcile.Request{Now: true}); err != nil {
		return err
	}
	s.say("all done; recomputing all state from the stored events")
	return s.count(cmd, c, months)
}
