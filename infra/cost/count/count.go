package count

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cost"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/loglines"
)

// quiet is how long functions may write after the last event is done.
const quiet = 500 * time.Millisecond

// warm is how many of each kind are not counted: functions read secrets and list rules when
// they start, and reconcile looks back.
const warm = 3

// All counts every kind on a stack of the checkout in dir.
func All(ctx context.Context, dir string) (all cost.Counts, err error) {
	s, err := start(ctx, dir)
	if err != nil {
		return all, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	for range warm {
		for _, sc := range scenarios {
			if _, err := sc.run(ctx, s); err != nil {
				return all, fmt.Errorf("%s: %w", sc.kind, err)
			}
		}
	}
	all.Kinds = map[string]cost.Counted{}
	for _, sc := range scenarios {
		if all.Kinds[sc.kind], err = sc.count(ctx, s); err != nil {
			return all, fmt.Errorf("count %s: %w", sc.kind, err)
		}
	}
	deployed, err := cost.Open(dir, nil)
	all.Actions = deployed.Actions
	return all, err
}

// run has one happen.
func (sc scenario) run(ctx context.Context, s *stack) (bytes int, err error) {
	e, err := sc.make()
	if err != nil {
		return 0, err
	}
	return len(e.body), sc.send(ctx, s, e)
}

func (sc scenario) count(ctx context.Context, s *stack) (c cost.Counted, err error) {
	time.Sleep(quiet)
	before, err := s.sizes(ctx)
	if err != nil {
		return c, err
	}
	s.take()
	s.AWS.StartCounting()
	c = cost.Counted{Of: sc.Type, Functions: map[string]cost.Function{}, Write: map[string]float64{}, Read: map[string]float64{}, Stored: map[string]float64{}}
	for range each {
		if c.Body, err = sc.run(ctx, s); err != nil {
			return c, err
		}
	}
	time.Sleep(quiet)
	if err := sc.collect(&c, s); err != nil {
		return c, err
	}
	after, err := s.sizes(ctx)
	for name, n := range after {
		if n -= before[name]; n > 0 {
			c.Stored[name] = tens(n / each)
		}
	}
	return c, err
}

// collect adds what was called and logged since the counting began.
func (sc scenario) collect(c *cost.Counted, s *stack) error {
	for _, one := range s.AWS.Counts() {
		if !sc.is(s.folder(one.Caller)) {
			continue
		}
		if err := s.addCall(c, one); err != nil {
			return err
		}
	}
	for _, line := range s.take() {
		if !sc.is(line.Function()) {
			continue
		}
		if err := addLine(c, line); err != nil {
			return err
		}
	}
	for name, f := range c.Functions {
		f.Bytes = tens(f.Bytes)
		c.Functions[name] = f
	}
	slices.Sort(c.Metrics)
	c.Metrics = slices.Compact(c.Metrics)
	return nil
}

// tens rounds what varies by some bytes with each run.
func tens(n float64) float64 { return 10 * math.Round(n/10) }

// is reports whether the calls of a function belong to the scenario: its schedule may run
// reconcile beside an event.
func (sc scenario) is(name string) bool {
	return (name == "reconcile") == (sc.kind == cost.Reconcile)
}

// addLine adds a line of a function, or of the API. One that counts reads of Stripe says how many.
func addLine(c *cost.Counted, line loglines.Line) error {
	var said struct {
		Reads float64 `json:"stripe_reads"`
		AWS   struct {
			CloudWatchMetrics []struct{ Metrics []struct{ Name string } }
		} `json:"_aws"`
	}
	if err := json.Unmarshal([]byte(line.Text), &said); err != nil {
		return fmt.Errorf("%s logged %.200s: %w", line.Function(), line.Text, err)
	}
	c.Stripe += said.Reads / each
	for _, directive := range said.AWS.CloudWatchMetrics {
		for _, m := range directive.Metrics {
			c.Metrics = append(c.Metrics, m.Name)
		}
	}
	f := c.Functions[line.Function()]
	f.Lines += 1.0 / each
	f.Bytes += float64(len(line.Text)) / each
	c.Functions[line.Function()] = f
	return nil
}

// addCall adds a count, but those of the operator and of the emulation.
func (s *stack) addCall(c *cost.Counted, one aws.Count) error {
	n := float64(one.Calls) / each
	switch {
	case one.Caller == "operator" || one.Caller == aws.Own:
	case one.Failed > 0:
		return fmt.Errorf("%d of %d %s of %s failed, so their units are not known", one.Failed, one.Calls, one.Operation, one.Caller)
	case one.Service == "dynamodb":
		into := c.Read
		if one.Write > 0 {
			into = c.Write
		}
		for name, units := range one.Units {
			into[s.plain(name)] += units / each
		}
	case one.Service == "lambda":
		name := s.folder(one.Caller)
		f := c.Functions[name]
		f.Invocations += n
		c.Functions[name] = f
	default:
		s.addRequest(c, one, n)
	}
	return nil
}

func (s *stack) addRequest(c *cost.Counted, one aws.Count, n float64) {
	switch one.Operation {
	case aws.EntryPut:
		c.Entries += n
	case aws.MessageSent:
		c.Messages += n
	case "GetQueueAttributes":
		c.Asked += n
	case "POST /v2/email/outbound-emails":
		c.Mails += n
	}
}

// plain is a name without the stack's.
func (s *stack) plain(name string) string { return strings.TrimPrefix(name, local.StackName+"-") }
