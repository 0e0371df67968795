package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
)

type count = aws.Count

// scenario is events that one action alone subscribes to, so that what the
// pipeline and the action cost can be distinguished by the caller.
type scenario struct {
	Name   string
	Sample sample
	Action string
}

var scenarios = []scenario{
	{stateAction, sample{Type: "customer.subscription.updated", Version: events.Go}, "grant-access"},
	{
		effectAction,
		sample{Type: "invoice.payment_failed", Version: events.Go, Overrides: []string{"customer_email=kim@example.com", "charge=ch_{new}"}},
		"send-receipt",
	},
	{skippedAction, sample{Type: "invoice_payment.paid", Version: events.Latest}, "update-order"},
	{thinNamed, sample{Type: "customer.subscription.updated", Version: events.Go, Thin: named}, "grant-access"},
	{thinUnnamed, sample{Type: "customer.subscription.updated", Version: events.Go, Thin: unnamed}, "grant-access"},
}

// Rows of the table.
const (
	upToTheBus     = "an event, up to the bus"
	withDictionary = "an event, up to the bus, with the dictionary"
	stateAction    = "an action that changes one row"
	effectAction   = "an action with one external effect"
	skippedAction  = "an action that skips the event"
	thinNamed      = "a thin event that names its snapshot, up to the bus"
	thinUnnamed    = "a thin event that does not, up to the bus"
	emulation      = "the emulation's own, not on AWS"
)

// cost is what one event comes to, on average.
type cost struct {
	Calls float64 `json:"calls"`
	Write float64 `json:"write_units"`
	Read  float64 `json:"read_units"`
	// Stripe is the requests to Stripe's API, of a thin event.
	Stripe float64 `json:"stripe,omitempty"`
	By     string  `json:"by"` // the operations, for people
}

// pipeline are the functions that every event passes on its way to the bus.
var pipeline = []string{"ingest", "dispatch"}

// fetching are those that a thin event passes, with the delivery of its fetch.
var fetching = append(pipeline, event.Fetch)

// costOf is the cost of one of n events to the callers. Calls that failed are
// an error: what they consumed is not reported.
func costOf(counts []count, n int, callers ...string) (cost, error) {
	var c cost
	by, units := map[string]int{}, map[string]map[string]float64{}
	for _, one := range counts {
		if one.Service != "dynamodb" || !slices.Contains(callers, one.Caller) {
			continue
		}
		if one.Failed > 0 {
			return cost{}, fmt.Errorf("%d of %d %s of %s failed, so their capacity is not known", one.Failed, one.Calls, one.Operation, one.Caller)
		}
		c.Calls += float64(one.Calls) / float64(n)
		c.Write += one.Write / float64(n)
		c.Read += one.Read / float64(n)
		by[one.Operation] += one.Calls
		if units[one.Operation] == nil {
			units[one.Operation] = map[string]float64{}
		}
		for table, more := range one.Units {
			units[one.Operation][table] += more
		}
	}
	var words []string
	for _, operation := range slices.Sorted(maps.Keys(by)) {
		word := fmt.Sprintf("%s %.2f", operation, float64(by[operation])/float64(n))
		words = append(words, word+split(units[operation], n))
	}
	c.By = strings.Join(words, ", ")
	return c, nil
}

// split is what one of n events costs at each table and table/index.
func split(units map[string]float64, n int) string {
	var words []string
	for _, table := range slices.Sorted(maps.Keys(units)) {
		words = append(words, fmt.Sprintf("%s %.2f", table, units[table]/float64(n)))
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// measure counts every scenario on one stack, n events each.
func measure(ctx context.Context, s *stack, n int) (map[string]cost, error) {
	costs := map[string]cost{}
	for _, sc := range scenarios {
		counts, requests, err := sc.run(ctx, s, n)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", sc.Name, err)
		}
		if sc.Sample.Thin != "" {
			if costs[sc.Name], err = thinCost(counts, n, requests); err != nil {
				return nil, err
			}
			continue
		}
		if costs[sc.Name], err = costOf(counts, n, sc.Action); err != nil {
			return nil, err
		}
		if sc.Name == stateAction {
			if costs[upToTheBus], err = costOf(counts, n, pipeline...); err != nil {
				return nil, err
			}
			if costs[emulation], err = costOf(counts, n, aws.Own); err != nil {
				return nil, err
			}
		}
	}
	return costs, nil
}

// run posts n events and returns what the endpoint counted until all were done.
// A first few warm the functions up and are not counted. requests are those to Stripe.
func (sc scenario) run(ctx context.Context, s *stack, n int) (counts []count, requests int, err error) {
	if err := sc.Sample.through(ctx, s, 4); err != nil {
		return nil, 0, err
	}
	before, err := s.stripeCalls(ctx)
	if err != nil {
		return nil, 0, err
	}
	if _, err := s.counts(ctx, http.MethodPost); err != nil {
		return nil, 0, err
	}
	if err := sc.Sample.through(ctx, s, n); err != nil {
		return nil, 0, err
	}
	if counts, err = s.counts(ctx, http.MethodGet); err != nil {
		return nil, 0, err
	}
	after, err := s.stripeCalls(ctx)
	return counts, after - before - 1, err
}

// through posts n events and waits until they are done.
func (s sample) through(ctx context.Context, to *stack, n int) error {
	made, err := s.make(n)
	if err == nil && s.Thin != "" {
		made, err = s.thin(ctx, to, made)
	}
	if err != nil {
		return err
	}
	if err := to.post(ctx, made); err != nil {
		return err
	}
	return to.done(ctx, s.Type, made)
}
