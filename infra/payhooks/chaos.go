package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/event"
)

// chaosReport is what was counted.
type chaosReport struct {
	Seconds      float64        `json:"seconds"`
	Sent         int64          `json:"sent"`         // requests, repeats included
	Acknowledged int            `json:"acknowledged"` // events answered with a 2xx
	Done         int            `json:"done"`
	Unknown      int            `json:"unknown"` // mails whose outcome nobody knows: kept for an operator
	Parked       int            `json:"parked"`
	Lost         int            `json:"lost"`
	Doubled      int            `json:"doubled"`
	Kills        map[string]int `json:"kills"`
	Faults       int            `json:"faults"`
	Broken       []string       `json:"broken"`
}

func chaosCommand() *cobra.Command {
	var duration time.Duration
	var rate float64
	var seed uint64
	cmd := &cobra.Command{
		Use: "chaos", Short: "Load a stack of its own while calls fail and processes are killed; fails if anything is lost or doubled", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if duration < time.Second || rate <= 0 {
				return usage("--duration %s --rate %g: want a second at least, and more than nothing", duration, rate)
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
	stories := tellStories(max(14, int(duration.Seconds()*rate/5.5)))
	begin := time.Now()
	if err := s.rage(cmd.Context(), stories, duration, rate); err != nil {
		return err
	}
	s.r.Seconds = time.Since(begin).Seconds()
	if err := s.calm(cmd, stories); err != nil {
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
			continue // it is being restarted
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

// weather draws a few faults for the next seconds.
func (s *storm) weather() aws.Faults {
	f := aws.Faults{Seed: s.rng.Uint64()}
	for _, kind := range []string{aws.FaultDelay, aws.FaultThrottle, aws.FaultError, aws.FaultReset, aws.FaultLost} {
		if s.rng.IntN(2) == 0 {
			continue
		}
		services := []string{"dynamodb", "sqs", "events", "ses"}
		one := aws.Fault{Service: services[s.rng.IntN(len(services))], Kind: kind, Probability: 0.02 + 0.1*s.rng.Float64()}
		if kind == aws.FaultDelay {
			one.DelayMS = s.rng.IntN(1500)
		}
		f.Faults = append(f.Faults, one)
	}
	return f
}

func (s *storm) setFaults(ctx context.Context, f aws.Faults) error {
	run, err := s.stack.find()
	if err != nil {
		return err
	}
	body, err := json.Marshal(f)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, run.AWS+"/_payhooks/faults", bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	s.r.Faults += len(f.Faults)
	return res.Body.Close()
}

// calm ends the faults, waits until everything is done and counts.
func (s *storm) calm(cmd *cobra.Command, stories []story.Story) error {
	run, err := s.stack.up(cmd.Context())
	if err != nil {
		return err
	}
	if err := s.setFaults(cmd.Context(), aws.Faults{Faults: []aws.Fault{}}); err != nil {
		return err
	}
	s.say("the storm is over; waiting until everything is done")
	c, err := open(cmd.Context(), run)
	if err != nil {
		return err
	}
	if err := c.settle(cmd.Context(), 15*time.Minute); err != nil {
		s.r.Broken = append(s.r.Broken, err.Error())
	}
	return s.count(cmd, c, stories)
}

// count compares what was acknowledged with what came of it.
func (s *storm) count(cmd *cobra.Command, c *connection, stories []story.Story) error {
	unknown := map[string]bool{}
	for _, st := range stories {
		for _, e := range st.Events {
			s.r.Acknowledged++
			stored, err := c.Tables.Get(cmd.Context(), e.ID)
			if errors.Is(err, event.ErrNotFound) {
				s.r.Lost++
				continue
			}
			if err != nil {
				return err
			}
			ds, err := c.Tables.Deliveries(cmd.Context(), e.ID)
			if err != nil {
				return err
			}
			switch event.StatusOf(stored, ds) {
			case event.StatusDone, event.StatusIgnored:
				s.r.Done++
			case event.StatusUnknown:
				s.r.Unknown++
				unknown[st.Order.ID] = true
			case event.StatusParked:
				s.r.Parked++
			default:
				s.r.Lost++
				s.r.Broken = append(s.r.Broken, fmt.Sprintf("%s is not done: %+v", e.ID, ds))
			}
		}
	}
	return s.compare(cmd, c, stories, unknown)
}

// compare holds orders and mails against the stories. A mail whose outcome is
// unknown may be missing; none may be there twice.
func (s *storm) compare(cmd *cobra.Command, c *connection, stories []story.Story, unknown map[string]bool) error {
	for i := range stories {
		if !unknown[stories[i].Order.ID] {
			continue
		}
		for kind, n := range stories[i].Mails {
			stories[i].Mails[kind] = [2]int{0, n[1]}
		}
	}
	r := &report{Deliveries: map[string]int{}, Mails: map[string]int{}, Orders: map[string]int{}}
	orders, err := readOrders(cmd.Context(), c)
	if err != nil {
		return err
	}
	mails, err := readMails(cmd, c)
	if err != nil {
		return err
	}
	r.orders(stories, orders)
	r.mails(stories, mails)
	seen := map[string]bool{}
	for _, m := range mails {
		if seen[m.Key] {
			s.r.Doubled++
		}
		seen[m.Key] = true
	}
	s.r.Broken = append(s.r.Broken, r.Broken...)
	return nil
}

func (s *storm) report(cmd *cobra.Command) error {
	s.r.Sent = s.sent.Load()
	out := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		if err := printJSON(out, s.r); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(out, "\nrequests sent    %d\nevents acknowledged  %d\ndone             %d\nunknown mails    %d\nparked           %d\nlost             %d\ndoubled          %d\nkills            %v\nfaults set       %d\n",
			s.r.Sent, s.r.Acknowledged, s.r.Done, s.r.Unknown, s.r.Parked, s.r.Lost, s.r.Doubled, s.r.Kills, s.r.Faults)
		for _, b := range s.r.Broken {
			fmt.Fprintln(out, "BROKEN", b)
		}
	}
	if s.r.Lost+s.r.Doubled+len(s.r.Broken) > 0 {
		return fmt.Errorf("%w: %d lost, %d doubled, %d broken", errBroken, s.r.Lost, s.r.Doubled, len(s.r.Broken))
	}
	return nil
}
