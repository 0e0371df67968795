package scale

import (
	"fmt"

	"github.com/payhooks/payhooks/infra/cost"
)

// sweeps are the limits of reconcile, which runs once a minute.
func (m Model) sweeps(kind string) []Limit {
	deliveries := m.WalkPage * float64(len(m.actions(kind)))
	page := 2*longQuery + 2*call + longBatch*rounds(rounds(deliveries, m.Batch), m.Readers)
	return []Limit{
		{Name: "reconcile, walks over the events", Unit: "events/s", Per: 1, Most: m.WalkPage / page * (m.Run - m.EndMargin) / minute, Beyond: "gaps are found ever later (alarm `lag-pending`)", Change: to("walk the shards side by side, or each in a function, which look at %s together")},
		{
			Name: "reconcile, lists at Stripe", Unit: "events/s", Per: 1, Most: m.Calls * stripePage / minute, Beyond: "the list of all events never ends (alarm `lag-missing`): what was answered 2xx and lost is not found; what Stripe could not deliver is, a hundred events a minute",
			Change: func(need float64) string {
				calls := need * minute / stripePage
				text := fmt.Sprintf("`callsPerRun = %.0f` in internal/reconcile is %s reads a second", calls, cost.Number(calls/minute))
				if calls/minute > stripeReads.Value*enough {
					return text + ", more than Stripe allows: list undelivered events only"
				}
				return text + ", in several requests at once"
			},
		},
	}
}

// outage are the limits while one action fails at every attempt.
func (m Model) outage(kind string) []Limit {
	if len(m.actions(kind)) == 0 {
		return nil
	}
	tries, waited := m.carries()
	return []Limit{
		{Name: fmt.Sprintf("an action fails: index unfinished, %.0f keys", m.UnfinishedShards), Unit: "write units/s", Per: 2 * tries, Most: m.UnfinishedShards * partitionWrites.Value, Beyond: "attempts fail to be recorded, the queue repeats them", Change: shards("UnfinishedShards")},
		{Name: "an action fails: its messages in flight", Unit: "", Per: waited, Most: inFlight.Value, Beyond: "its queue hands out no more until some are done", Change: to("shorten `carried` in internal/delivery, and the table holds more of the waits: %s are too many in flight")},
	}
}

// carries is how many attempts of a failing delivery the queue brings, and for how many
// seconds it holds the message between them: half of each wait, which have full jitter.
func (m Model) carries() (tries, waited float64) {
	tries = 1
	for _, wait := range m.Schedule {
		if wait <= m.Carried {
			tries++
			waited += wait / 2
		}
	}
	return tries, waited
}

// stripe are the limits of thin events.
func (m Model) stripe(kind string) []Limit {
	c := m.Kinds[kind]
	q, f := m.Queues["fetch"], c.Functions["fetch"].Invocations
	if f == 0 {
		return nil
	}
	each := m.took("fetch", kind) / m.batch("fetch")
	return []Limit{
		{Name: "fetch", Unit: "events/s", Per: f, Most: float64(q.MaxConcurrency) / each, Beyond: waits, Change: func(need float64) string {
			return fmt.Sprintf("`FetchConcurrency=%.0f`", rounds(need*each, 1))
		}},
		{Name: "reads at Stripe", Unit: "requests/s", Per: c.Stripe, Most: stripeReads.Value, Beyond: "fetch is refused, waits and retries, for three days", Change: to("ask Stripe for %s, or use snapshot events")},
	}
}

// Redeliver is how many minutes reconcile takes to redeliver what an hour of an action's
// outage left to it.
func (m Model) Redeliver(rate float64) float64 {
	minutes, left := 0., rate*minute*minute
	for most := m.Redelivered; most < m.RedeliveredMost && left > 0; most *= 2 {
		minutes, left = minutes+1, left-most
	}
	return minutes + max(0, left)/m.RedeliveredMost
}
