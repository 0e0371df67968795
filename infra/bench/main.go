// Command bench measures the figures of the README, beside what a team would write or run
// instead: what an event costs in DynamoDB calls and capacity and to verify and read, what a
// webhook costs the function that takes it, also after a pause, how many events the local
// stack puts through and how long each takes, the demo, CPU time beside an earlier commit,
// and how long it takes from a fresh clone until the stack is ready.
//
//	go run ./infra/bench [--json] [--against REF] [--only PART] [--idle 5s,60s,300s]
//
// It runs its own stacks, on free ports of the loopback interface, and ends
// them.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/payhooks/payhooks/infra/bench/function"
	"github.com/payhooks/payhooks/infra/bench/parse"
)

// options of a run.
type options struct {
	json         bool
	base, only   string
	events, load int
	rounds       int
	idle         durations
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, 30*time.Minute)
	err := run(ctx, os.Args[1:], os.Stdout)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func flags(args []string) (options, error) {
	o := options{idle: durations{5 * time.Second, time.Minute}}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.BoolVar(&o.json, "json", false, "print one JSON object")
	f.StringVar(&o.base, "against", baselineCommit, "commit to compare the CPU time with")
	f.StringVar(&o.only, "only", "", "measure only "+strings.Join(parts(), ", "))
	f.IntVar(&o.events, "events", 200, "events of each kind whose calls are counted")
	f.IntVar(&o.load, "load", 600, "events of a round of CPU time")
	f.IntVar(&o.rounds, "rounds", 2, "rounds of CPU time for each commit")
	f.Var(&o.idle, "idle", "how long functions are left alone before their next webhook, such as 5s,60s,300s")
	err := f.Parse(args)
	if err == nil && (o.events < 1 || o.load < 1 || o.rounds < 1) {
		err = fmt.Errorf("--events %d --load %d --rounds %d: expected at least 1 of each", o.events, o.load, o.rounds)
	}
	if err == nil && o.only != "" && !slices.Contains(parts(), o.only) {
		err = fmt.Errorf("--only %q: expected one of %s", o.only, strings.Join(parts(), ", "))
	}
	return o, err
}

// part is what a run measures one after the other.
type part struct {
	name    string
	measure func(ctx context.Context, o options, r *result) error
}

// all parts of a run, in its order.
var all = []part{
	{"calls", func(ctx context.Context, o options, r *result) (err error) {
		r.Baseline = baselineCommit
		r.Calls, err = calls(ctx, o.events)
		return err
	}},
	{"parse", func(_ context.Context, _ options, r *result) (err error) {
		r.Parse, err = parse.Measure(parseRounds)
		return err
	}},
	{"function", func(ctx context.Context, _ options, r *result) (err error) {
		r.Function, err = function.Measure(ctx, ".", coldRuns, warmWebhooks)
		return err
	}},
	{"idle", func(ctx context.Context, o options, r *result) (err error) {
		r.Idle, err = function.MeasureIdle(ctx, ".", o.idle, idleRuns)
		return err
	}},
	{"pipeline", func(ctx context.Context, _ options, r *result) (err error) {
		r.Pipeline, err = measurePipeline(ctx, burstOf)
		return err
	}},
	{"demo", func(ctx context.Context, o options, r *result) (err error) {
		if r.Demo, err = measureDemo(ctx, "."); err != nil {
			return err
		}
		return inCheckout(ctx, o.base, true, func(dir string) (err error) {
			r.DemoThen, err = measureDemo(ctx, dir)
			return err
		})
	}},
	{"cpu", func(ctx context.Context, o options, r *result) (err error) {
		r.CPU, err = compare(ctx, o)
		return err
	}},
	{"start", func(ctx context.Context, o options, r *result) (err error) {
		r.Start, err = starts(ctx, ".", o.base)
		return err
	}},
}

// parts are their names.
func parts() (names []string) {
	for _, p := range all {
		names = append(names, p.name)
	}
	return names
}

// durations are the value of a flag, separated by commas.
type durations []time.Duration

// String implements flag.Value.
func (d *durations) String() string { return strings.Trim(fmt.Sprint([]time.Duration(*d)), "[]") }

// Set implements flag.Value.
func (d *durations) Set(text string) error {
	*d = nil
	for one := range strings.SplitSeq(text, ",") {
		took, err := time.ParseDuration(one)
		if err != nil || took <= 0 {
			return fmt.Errorf("%q: expected durations such as 5s,60s", one)
		}
		*d = append(*d, took)
	}
	return nil
}

// How often a function is started, and how many webhooks one takes.
const (
	coldRuns     = 15
	warmWebhooks = 3000
	idleRuns     = 5
	burstOf      = 3000 // events of the pipeline
	parseRounds  = 21   // of reading all samples
)

// result is what --json prints.
type result struct {
	Machine  string                     `json:"machine"`
	Baseline string                     `json:"baseline,omitempty"` // a commit
	Calls    map[string]map[string]cost `json:"calls,omitempty"`    // row → now, baseline, goal
	Parse    *parse.Figures             `json:"parse,omitempty"`
	Function []function.Row             `json:"function,omitempty"`
	Idle     []function.Idle            `json:"idle,omitempty"`
	Pipeline *throughput                `json:"pipeline,omitempty"`
	Demo     *month                     `json:"demo,omitempty"`
	DemoThen *month                     `json:"demo_then,omitempty"` // of the commit that is compared
	CPU      *comparison                `json:"cpu,omitempty"`
	Start    []started                  `json:"start,omitempty"`
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := flags(args)
	if err != nil {
		return err
	}
	if o.only != "start" {
		if err := build(ctx, "."); err != nil {
			return err
		}
	}
	r := result{Machine: machine()}
	for _, p := range all {
		if o.only != "" && o.only != p.name {
			continue
		}
		fmt.Fprintln(os.Stderr, "bench: measuring", p.name)
		if err := p.measure(ctx, o, &r); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if o.json {
		return json.NewEncoder(out).Encode(r)
	}
	return r.print(out, o)
}

// calls counts on a stack of this checkout.
func calls(ctx context.Context, n int) (map[string]map[string]cost, error) {
	s, err := startStack(ctx, ".")
	if err != nil {
		return nil, err
	}
	now, err := measure(ctx, s, n)
	if stopped := s.stop(); err == nil {
		err = stopped
	}
	if err == nil {
		now[withDictionary], err = measureDictionary(ctx, n)
	}
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]cost{}
	for _, row := range rows {
		all[row] = map[string]cost{"now": now[row], "baseline": baseline[row], "goal": goal[row]}
	}
	return all, nil
}

// build compiles the command of a checkout; it compiles the functions itself.
func build(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, "make", "bin/payhooks")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the command in %s: %w\n%s", dir, err, out)
	}
	return nil
}
