package scale

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/cost"
	"github.com/payhooks/payhooks/infra/local/template"
)

// model is one whose limits can be computed by hand.
func model() Model {
	one := cost.Counted{
		Entries: 1, Messages: 1,
		Functions: map[string]cost.Function{cost.API: {Lines: 1}, "ingest": {Invocations: 1}, "dispatch": {Invocations: 1}, "a": {Invocations: 1}},
		Write:     map[string]float64{"events": 4, "events/received": 2, "events/subject": 1, "events/customer": 1, "deliveries": 2},
		Read:      map[string]float64{"deliveries": 1},
	}
	thin, bus := one, one
	thin.Stripe, thin.Functions = 2, map[string]cost.Function{"ingest": {Invocations: 1}, "fetch": {Invocations: 1}}
	bus.Entries, bus.Functions = 2, map[string]cost.Function{"ingest-eventbridge": {Invocations: 1}}
	return Model{
		Stack: cost.Stack{Rate: 100}, Kinds: map[string]cost.Counted{cost.One: one, cost.Thin: thin, cost.OverBus: bus},
		Dispatch: template.StreamSource{BatchSize: 10, Parallel: 2},
		Queues: map[string]template.QueueSource{
			"a": {BatchSize: 10, MaxConcurrency: 2}, "fetch": {BatchSize: 5, MaxConcurrency: 7}, "ingest-eventbridge": {BatchSize: 10, MaxConcurrency: 2},
		},
		Run: 55, ReceiptShards: 3, UnfinishedShards: 5, Entries: 10, Senders: 8, Writers: 5, Schedule: []float64{4, 10, 100}, Carried: 10,
		SecretAge: 100, WalkPage: 1000, Batch: 100, Readers: 16, EndMargin: 5, Calls: 60, Redelivered: 600, RedeliveredMost: 2400,
	}
}

func gives(m Model, kind string) map[string]float64 {
	all := map[string]float64{}
	for _, l := range m.Limits(kind) {
		all[l.Name] = math.Round(l.Gives())
	}
	return all
}

func TestLimitsOfAnEventWithOneAction(t *testing.T) {
	want := map[string]float64{
		"throttle of the template": 100, "API Gateway": 10000,
		"Lambda, invocations at once":                         math.Round(1000 / (0.1 + 2*0.004 + 0.1/10)),
		"a jump from nothing: environments of ingest in 10 s": 10000, "secrets": 1e4 * 100 / 0.1,
		"new table of events": 1000, "index received, 3 keys": 1500, "writes of `events`": 10000, "reads of `deliveries`": 40000,
		"dispatch, of one shard": math.Inf(1), "PutEvents": 50000, "invocations of the bus": 18750, "requests to KMS, with `KeyArn`": 50000,
		"the slowest action":               2 * 10 / 0.025,
		"reconcile, walks over the events": math.Round(1000 / 0.13 * 50 / 60), "reconcile, lists at Stripe": 100,
		"an action fails: index unfinished, 5 keys": math.Round(5000.0 / 6), "an action fails: its messages in flight": math.Round(120000.0 / 7),
	}
	if diff := cmp.Diff(want, gives(model(), cost.One)); diff != "" {
		t.Error(diff)
	}
}

func TestLimitsOfOtherWays(t *testing.T) {
	thin, bus := gives(model(), cost.Thin), gives(model(), cost.OverBus)
	for _, c := range []struct {
		got  map[string]float64
		name string
		want float64
	}{
		{thin, "fetch", 20},
		{thin, "reads at Stripe", 50},
		{thin, "partner bus", 0},
		{bus, "partner bus", 1400},
		{bus, "ingest-eventbridge", 2000},
		{bus, "secrets", 0},
		{bus, "throttle of the template", 0},
		{bus, "PutEvents", 50000},
		{bus, "requests to KMS, with `KeyArn`", 25000},
	} {
		if got := c.got[c.name]; got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// A shard has as many events as its partition takes writes.
func TestDispatchGivesWhenItIsSlowerThanItsShard(t *testing.T) {
	m := model()
	m.Dispatch.Parallel, m.Writers = 1, 1 // ten records one by one: 55 ms for ten events
	if got := gives(m, cost.One)["dispatch, of one shard"]; got != 0 {
		t.Errorf("at %v events a second, want at any", got)
	}
}

func TestChangesAreEnough(t *testing.T) {
	for _, l := range model().Limits(cost.One) {
		l.Most = l.Need(1234)
		if used := l.Used(1234); used > enough*(1+1e-9) || used < enough/1.2 && !l.Fixed {
			t.Errorf("%s: %v of what is asked for is used", l.Name, used)
		}
	}
	m := model()
	for _, l := range m.Limits(cost.One) {
		if strings.HasPrefix(l.Name, "index received") {
			if text := l.Change(l.Need(2000)); !strings.HasPrefix(text, "`event.ReceiptShards = 6`") { // 4,000 units, at 70 %
				t.Error(text)
			}
		}
	}
}

func TestOutageIsRedelivered(t *testing.T) {
	if h := model().Redeliver(1000); h != 2+(3_600_000-1800)/2400. { // 600, 1,200, then 2,400 a minute
		t.Errorf("%v minutes", h)
	}
}

func TestQuotasAreComplete(t *testing.T) {
	for _, q := range quotas {
		if q.Value <= 0 || q.Raised == "" || !strings.HasPrefix(q.Page, "https://docs.") {
			t.Errorf("%+v", q)
		}
	}
}
