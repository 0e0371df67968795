package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/check"
	"github.com/payhooks/payhooks/infra/checkout"
	"github.com/payhooks/payhooks/infra/scaffold"
)

// eventSize is the size in bytes of the events of the pipeline's measurement.
const eventSize = 5350

// throughput is what a whole local stack does with one action that posts each event to a
// sink, without the shop.
type throughput struct {
	Curve []latency `json:"curve"` // at a steady rate
	Full  full      `json:"full"`  // as many as it takes
}

// latency is from the start of an event's request until the sink has it.
type latency struct {
	Rate   int     `json:"rate"` // events per second
	Events int     `json:"events"`
	P50    float64 `json:"p50_ms"`
	P99    float64 `json:"p99_ms"`
	PerCPU float64 `json:"events_per_cpu_second"`
}

// full is posted as fast as it is answered.
type full struct {
	PerSecond float64 `json:"events_per_second"` // until the sink has the last
	CPU       spent   `json:"cpu"`
	MemoryMB  float64 `json:"memory_mb"` // of all processes, what they share once
}

// rates of the curve, in events per second, each for so long.
var rates = []int{10, 100, 300}

const steadyFor = 8 * time.Second

// measurePipeline builds a copy of the checkout with that one action and loads its stack.
func measurePipeline(ctx context.Context, n int) (p *throughput, err error) {
	dir, err := os.MkdirTemp("", "payhooks-bench-pipeline-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	to, err := startSink(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, to.close()) }()
	if err := oneAction(ctx, dir, to.url); err != nil {
		return nil, err
	}
	s, err := startStack(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	load := &load{stack: s, sink: to}
	if err := load.burst(ctx, 400); err != nil {
		return nil, fmt.Errorf("warm up: %w", err)
	}
	p = &throughput{}
	for _, rate := range rates {
		at, err := load.steady(ctx, rate)
		if err != nil {
			return nil, fmt.Errorf("%d events per second: %w", rate, err)
		}
		p.Curve = append(p.Curve, at)
	}
	p.Full, err = load.full(ctx, n)
	return p, err
}

// oneAction makes dir a copy of the checkout without the shop, with an action that posts
// to url.
func oneAction(ctx context.Context, dir, url string) error {
	if err := checkout.Copy(ctx, ".", dir); err != nil {
		return err
	}
	if err := check.CutFiles(dir); err != nil {
		return err
	}
	changes, err := scaffold.Add(dir, scaffold.Action{Name: "post-to-sink", Types: []string{posted.Type}, Effect: scaffold.HTTP})
	if err != nil {
		return err
	}
	if err := scaffold.Write(dir, changes); err != nil {
		return err
	}
	if err := setParameter(dir, "PostToSinkUrl: "+url); err != nil {
		return err
	}
	return build(ctx, dir)
}

// setParameter adds a line to the parameters of a copy's stack.
func setParameter(dir, line string) error {
	parameters := filepath.Join(dir, "infra", "local", "parameters.yaml")
	text, err := os.ReadFile(parameters) //nolint:gosec // of the copy
	if err != nil {
		return err
	}
	return os.WriteFile(parameters, append(text, line+"\n"...), 0o600) //nolint:gosec // of the copy
}

// posted is the event that is posted, before it is made longer.
var posted = sample{Type: "payment_intent.succeeded", Version: events.Go}

// sized makes n events of eventSize bytes.
func sized(n int) (map[string][]byte, error) {
	const field = "data.object.metadata.note"
	short := posted
	short.Overrides = append(slices.Clone(posted.Overrides), field+"=x")
	made, err := short.make(n)
	if err != nil {
		return nil, err
	}
	for id, body := range made {
		var compact bytes.Buffer
		if err := json.Compact(&compact, body); err != nil {
			return nil, err
		}
		fill := eventSize - compact.Len()
		if fill < 0 {
			return nil, fmt.Errorf("the sample of %s has %d bytes already", posted.Type, compact.Len())
		}
		text := bytes.Replace(compact.Bytes(), []byte(`"note":"x"`), []byte(`"note":"x`+strings.Repeat("y", fill)+`"`), 1)
		made[id] = text
	}
	return made, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
