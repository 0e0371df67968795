package scale

import (
	"bytes"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/cost"
)

const project = "../.."

// open reads the project, and skips the test in a fork.
func open(t *testing.T) Model {
	t.Helper()
	counts, err := cost.Read()
	if err != nil {
		t.Fatal(err)
	}
	why, err := counts.Fork(project)
	if err != nil {
		t.Fatal(err)
	}
	if why != "" {
		t.Skip(why)
	}
	m, err := Open(project, counts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func write(t *testing.T, m Model) string {
	t.Helper()
	text, err := m.Page()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPageIsWhatTheCodeComputes(t *testing.T) {
	page := write(t, open(t))
	now, err := os.ReadFile(project + "/infra/SCALE.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(now) == page {
		return
	}
	said := bytes.Split(now, []byte("\n"))
	for i, line := range strings.Split(page, "\n") {
		if i >= len(said) || string(said[i]) != line {
			t.Fatalf("infra/SCALE.md:%d: run go run ./infra/scale/command, which writes\n%s", i+1, line)
		}
	}
	t.Fatal("infra/SCALE.md has lines at its end that go run ./infra/scale/command does not write")
}

// TestInputsAreOnThePage changes each input that is read from the code or the templates.
func TestInputsAreOnThePage(t *testing.T) {
	as := open(t)
	page := write(t, as)
	for name, change := range map[string]func(*Model){
		"ReceiptShards": func(m *Model) { m.ReceiptShards *= 2 }, "UnfinishedShards": func(m *Model) { m.UnfinishedShards *= 2 },
		"ThrottlingRateLimit": func(m *Model) { m.Stack.Rate *= 2 }, "RetentionDays": func(m *Model) { m.Stack.Retention *= 2 },
		"BatchSize of dispatch": func(m *Model) { m.Dispatch.BatchSize *= 2 }, "ParallelizationFactor": func(m *Model) { m.Dispatch.Parallel *= 2 },
		"MaximumRecordAgeInSeconds": func(m *Model) { m.Dispatch.MaxAge *= 2 },
		"MaximumConcurrency":        func(m *Model) { m.queue("grant-access", 20, 10) }, "BatchSize of an action": func(m *Model) { m.queue("grant-access", 10, 5) },
		"ingest-eventbridge":   func(m *Model) { m.queue("ingest-eventbridge", 20, 10) },
		"FetchConcurrency":     func(m *Model) { m.queue("fetch", 20, 5) },
		"Timeout of reconcile": func(m *Model) { m.Run *= 2 }, "endMargin": func(m *Model) { m.EndMargin *= 2 },
		"maxEntries": func(m *Model) { m.Entries *= 2 }, "senders": func(m *Model) { m.Senders = 1 }, "writers": func(m *Model) { m.Writers *= 2 },
		"schedule": func(m *Model) { m.Schedule = m.Schedule[1:] }, "carried": func(m *Model) { m.Carried /= 2 }, "MaxAge": func(m *Model) { m.SecretAge *= 2 },
		"walkPage": func(m *Model) { m.WalkPage *= 2 }, "batch": func(m *Model) { m.Batch /= 10 }, "readers": func(m *Model) { m.Readers = 1 },
		"callsPerRun": func(m *Model) { m.Calls *= 2 }, "fullQueue": func(m *Model) { m.Redelivered *= 2 }, "mostQueue": func(m *Model) { m.RedeliveredMost *= 2 },
	} {
		m := as
		m.Queues = maps.Clone(as.Queues)
		if change(&m); write(t, m) == page {
			t.Errorf("%s has no effect on the page", name)
		}
	}
}

func (m *Model) queue(function string, most, batch int) {
	q := m.Queues[function]
	q.MaxConcurrency, q.BatchSize = most, batch
	m.Queues[function] = q
}

// TestQuotasAreUsed halves each quota and looks for it above the table of quotas.
func TestQuotasAreUsed(t *testing.T) {
	m := open(t)
	above := func() string { text, _, _ := strings.Cut(write(t, m), "## Quotas"); return text }
	page := above()
	for _, q := range quotas {
		q.Value /= 2
		if above() == page {
			t.Errorf("%s has no effect", q.Name)
		}
		q.Value *= 2
	}
}

func TestCountsAreOnThePage(t *testing.T) {
	m := open(t)
	page := write(t, m)
	one := m.Kinds[cost.One]
	one.Write = map[string]float64{"events": 3, "events/received": 2}
	m.Kinds[cost.One] = one
	if write(t, m) == page {
		t.Error("a write unit less has no effect on the page")
	}
}
