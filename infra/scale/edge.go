package scale

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/infra/cost"
)

// Durations that are assumed, as infra/cost assumes those of invocations, in seconds.
const (
	call      = 0.005 // of DynamoDB, of a bus
	longQuery = 0.05  // of a page of an index
	longBatch = 0.02  // of a hundred records
)

const (
	repeats = "Stripe repeats for three days"
	waits   = "events wait in the queue"
	delayed = "the bus delays deliveries, up to a day"
)

// to is a change of a quota or of something else that people read.
func to(format string) func(float64) string {
	return func(need float64) string { return fmt.Sprintf(format, cost.Number(need)) }
}

// shards is a change of how many partitions an index has.
func shards(constant string) func(float64) string {
	return func(need float64) string {
		return fmt.Sprintf("`event.%s = %.0f`; more may be added, fewer may not", constant, rounds(need, partitionWrites.Value))
	}
}

// edge are the limits of taking an event.
func (m Model) edge(kind string) []Limit {
	c := m.Kinds[kind]
	requests := c.Functions[cost.API].Lines
	all := []Limit{
		{Name: "throttle of the template", Unit: "requests/s", Per: requests, Most: m.Stack.Rate, Beyond: repeats, Change: func(need float64) string {
			return fmt.Sprintf("`ThrottlingRateLimit: %.0f` in template.yaml, and the burst", need)
		}},
		{Name: "API Gateway", Unit: "requests/s", Per: requests, Most: gatewayRate.Value, Beyond: repeats, Change: to("raise the quota to %s")},
		{Name: "Lambda, invocations at once", Unit: "", Per: m.environments(kind), Most: concurrency.Value, Beyond: repeats + "; queues wait", Change: to("raise the quota to %s; reserve `IngestConcurrency`, so that actions take nothing from ingest")},
		{Name: "a jump from nothing: environments of ingest in 10 s", Unit: "", Per: requests * m.ingest(c), Most: environmentGrowth.Value, Beyond: repeats, Change: func(need float64) string {
			return fmt.Sprintf("a jump to this rate takes %s s; grow in steps, or provision concurrency for ingest before a planned one", cost.Number(round(10*need*enough/environmentGrowth.Value, math.Floor)))
		}},
		{Name: "secrets", Unit: "requests/s", Per: requests * m.ingest(c) / m.SecretAge, Most: secretReads.Value, Beyond: "ingest uses the secret that it has", Change: to("fewer environments; %s are asked for")},
	}
	if kind == cost.OverBus {
		q := m.Queues["ingest-eventbridge"]
		most := float64(q.MaxConcurrency*q.BatchSize) / m.took("ingest-eventbridge", kind)
		all = append(all, Limit{Name: "ingest-eventbridge", Unit: "messages/s", Per: 1, Most: most, Beyond: waits, Change: to("`ActionConcurrency`, so that it takes %s")},
			Limit{Name: "partner bus", Unit: "events/s", Per: 1, Most: partnerEvents.Value, Beyond: "Stripe repeats", Change: to("ask Stripe for %s, or use webhooks")})
	}
	return all
}

// ingest is how many environments take the requests of each event a second: one takes as
// many synchronous invocations as its time allows, and no more than the quota.
func (m Model) ingest(c cost.Counted) (n float64) {
	for name, f := range c.Functions {
		if strings.HasPrefix(name, "ingest") {
			n += f.Invocations / m.batch(name) * m.busy(name, cost.One)
		}
	}
	return n
}

// busy is how much of an environment one invocation takes.
func (m Model) busy(function, kind string) float64 {
	return max(m.took(function, kind), 1/environmentRate.Value)
}

// took is the time of an invocation with a full batch, as if fetch, whose messages ask
// Stripe in turn for nearly all of its time, took them so. The others take theirs all at once.
func (m Model) took(function, kind string) float64 {
	n := 1.0
	if function == "fetch" {
		n = m.batch(function)
	}
	return n * cost.Took(function, kind) / 1000
}

// batch is how many messages one invocation takes under load.
func (m Model) batch(function string) float64 {
	if q, ok := m.Queues[function]; ok {
		return float64(q.BatchSize)
	}
	return 1
}

// environments are those of all functions that each event a second keeps busy.
func (m Model) environments(kind string) (n float64) {
	for name, f := range m.Kinds[kind].Functions {
		if name == "dispatch" {
			n += m.shards(kind) * float64(m.Dispatch.Parallel)
			continue
		}
		n += f.Invocations / m.batch(name) * m.busy(name, kind)
	}
	return n
}

// shards of the stream are the partitions of the table of events that each event a second
// keeps busy.
func (m Model) shards(kind string) float64 {
	return m.Kinds[kind].Write["events"] / partitionWrites.Value
}

// busiest is the name with the highest value, the first of equals.
func busiest(all map[string]float64) (name string, most float64) {
	for k, v := range all {
		if v > most || v == most && k < name {
			name, most = k, v
		}
	}
	return name, most
}

// Limits are those of events of a kind, in the order of an event's way.
func (m Model) Limits(kind string) []Limit {
	return slices.DeleteFunc(slices.Concat(m.edge(kind), m.tables(kind), m.fanout(kind), m.sweeps(kind), m.outage(kind), m.stripe(kind)),
		func(l Limit) bool { return l.Per == 0 })
}

// rounds is how many times at is needed for n.
func rounds(n, at float64) float64 { return math.Ceil(n / at) }
