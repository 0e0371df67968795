package scale

import (
	"fmt"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cost"
)

// tables are the limits of DynamoDB. Its partitions split until each table has enough of
// them, but not within a key whose sort key only grows: those of the index by receipt.
func (m Model) tables(kind string) []Limit {
	c := m.Kinds[kind]
	write, writes := busiest(c.Write)
	read, reads := busiest(c.Read)
	return []Limit{
		{Name: "new table of events", Unit: "write units/s", Per: c.Write["events"], Most: newTableWrites.Value, Beyond: repeats + ", until the table has split", Change: func(need float64) string {
			return fmt.Sprintf("`WarmThroughput: {WriteUnitsPerSecond: %.0f}` in infra/data.yaml, for the indexes too, before the load", need)
		}},
		{Name: fmt.Sprintf("index received, %.0f keys", m.ReceiptShards), Unit: "write units/s", Per: c.Write["events/received"], Most: m.ReceiptShards * partitionWrites.Value, Beyond: "the index holds up the table: " + repeats, Change: shards("ReceiptShards")},
		{Name: "writes of `" + write + "`", Unit: "write units/s", Per: writes, Most: tableWrites.Value, Beyond: repeats + "; queues wait", Change: to("raise the quota of a table to %s")},
		{Name: "reads of `" + read + "`", Unit: "read units/s", Per: reads, Most: tableWrites.Value, Beyond: waits, Change: to("raise the quota of a table to %s")},
	}
}

// fanout are the limits between the table and the actions.
func (m Model) fanout(kind string) []Limit {
	c := m.Kinds[kind]
	own := c.Entries
	if kind == cost.OverBus {
		own-- // Stripe's
	}
	all := []Limit{
		{Name: "dispatch, of one shard", Unit: "events/s", Per: 1 / m.shards(kind), Fixed: true, Most: m.dispatch(), Beyond: "the stream waits; what is older than " + hours(m.Dispatch.MaxAge) + " is left to reconcile", Change: to("`DispatchParallelism`, so that a shard takes %s")},
		{Name: "PutEvents", Unit: "requests/s", Per: own / (m.Entries / 2), Most: busRequests.Value, Beyond: "dispatch repeats the batch", Change: to("raise the quota to %s")},
		{Name: "invocations of the bus", Unit: "a second", Per: c.Messages, Most: busInvocations.Value, Beyond: delayed, Change: to("raise the quota to %s; above 100,000 let dispatch send to the queues itself, ten messages a request")},
		{Name: "requests to KMS, with `KeyArn`", Unit: "a second", Per: 2 * c.Entries, Most: keyRequests.Value, Beyond: "the bus repeats", Change: to("raise the quota to %s")},
	}
	if slow, ok := m.slowest(kind); ok {
		all = append(all, slow)
	}
	return all
}

func hours(d time.Duration) string { return cost.Number(d.Hours()) + " hours" }

// dispatch is how many events of a shard it takes in a second: publishes, then records.
func (m Model) dispatch() float64 {
	size := float64(m.Dispatch.BatchSize)
	took := call * (rounds(rounds(size, m.Entries), m.Senders) + rounds(size, m.Writers))
	return float64(m.Dispatch.Parallel) * size / took
}

// actions are the messages that an event is for each of its subscribers.
func (m Model) actions(kind string) map[string]float64 {
	all := map[string]float64{}
	for name, f := range m.Kinds[kind].Functions {
		if _, polled := m.Queues[name]; polled && name != "fetch" && !strings.HasPrefix(name, "ingest") {
			all[name] = f.Invocations
		}
	}
	return all
}

// slowest is the action that gives first.
func (m Model) slowest(kind string) (slow Limit, ok bool) {
	for name, messages := range m.actions(kind) {
		q := m.Queues[name]
		most := float64(q.MaxConcurrency*q.BatchSize) / m.took(name, kind)
		l := Limit{Name: "the slowest action", Unit: "messages/s", Per: messages, Most: most, Beyond: waits, Change: func(need float64) string {
			n := need * m.took(name, kind) / m.batch(name)
			return fmt.Sprintf("`ActionConcurrency=%.0f`, which takes %s min to get there", rounds(n, 1), cost.Number(max(1, n/pollerGrowth.Value)))
		}}
		if !ok || l.Gives() < slow.Gives() {
			slow, ok = l, true
		}
	}
	return slow, ok
}
