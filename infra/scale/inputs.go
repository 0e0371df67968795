package scale

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/payhooks/payhooks/infra/cost"
	"github.com/payhooks/payhooks/infra/local/template"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/secret"
)

// Model is what the limits follow from. Durations are in seconds.
type Model struct {
	Stack cost.Stack
	Kinds map[string]cost.Counted

	Dispatch template.StreamSource
	Queues   map[string]template.QueueSource // by function
	Run      float64                         // timeout of reconcile

	ReceiptShards, UnfinishedShards float64
	Entries, Senders, Writers       float64 // of a PutEvents; PutEvents at once; records of subscribers at once
	Schedule                        []float64
	Carried                         float64 // the longest wait that a queue holds
	SecretAge                       float64

	// Of reconcile.
	WalkPage, Batch, Readers, EndMargin, Calls, Redelivered, RedeliveredMost float64
}

// Open reads the project in dir.
func Open(dir string, c cost.Counts) (m Model, err error) {
	m = Model{
		Kinds: c.Kinds, Queues: map[string]template.QueueSource{}, SecretAge: secret.MaxAge.Seconds(),
		ReceiptShards: event.ReceiptShards, UnfinishedShards: event.UnfinishedShards,
	}
	if m.Stack, err = cost.Open(dir, nil); err != nil {
		return m, err
	}
	if err := m.mappings(dir); err != nil {
		return m, err
	}
	s := source{dir: dir}
	m.Entries, m.Senders, m.Writers = s.number("bus", "maxEntries"), s.number("bus", "senders"), s.number("dispatch", "writers")
	m.Schedule, m.Carried = s.numbers("delivery", "schedule"), s.number("delivery", "carried")
	m.WalkPage, m.Batch, m.Readers = s.number("reconcile", "walkPage"), s.number("reconcile", "batch"), s.number("reconcile", "readers")
	m.EndMargin, m.Calls, m.Redelivered = s.number("reconcile", "endMargin"), s.number("reconcile", "callsPerRun"), s.number("reconcile", "fullQueue")
	m.RedeliveredMost = s.number("reconcile", "mostQueue")
	return m, s.err
}

// mappings reads what Lambda polls, in a stack that has every way of sending.
func (m *Model) mappings(dir string) error {
	all, err := template.Load(filepath.Join(dir, "template.yaml"), template.Options{
		Name: "payhooks", Region: cost.Region, Account: "123456789012", Parameters: map[string]string{"StripeEventSource": "aws.partner/stripe.com/ed_1"},
	})
	if err != nil {
		return err
	}
	folder := map[string]string{}
	for _, f := range all.Functions {
		name := filepath.Base(f.Dir)
		folder[f.LogicalID] = name
		if name == "reconcile" {
			m.Run = f.Timeout.Seconds()
		}
	}
	for _, q := range all.Pollers {
		m.Queues[folder[q.Function]] = q
	}
	if len(all.Streams) != 1 || m.Run == 0 {
		return errors.New("template.yaml: expected one function that reads a stream, and function reconcile")
	}
	m.Dispatch = all.Streams[0]
	for _, s := range all.Schedules {
		if s.Expression != every {
			return fmt.Errorf("template.yaml: a schedule is %s; infra/scale computes with %s", s.Expression, every)
		}
	}
	return nil
}

const (
	every  = "rate(1 minute)"
	minute = float64(time.Minute / time.Second)
)
