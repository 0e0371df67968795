package cloudwatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/infra/cloudwatch"
	"github.com/payhooks/payhooks/infra/cloudwatch/insights"
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/dispatch"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/metric"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/status"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/webhook"
)

const (
	stack   = "shop"
	churn   = "notify-churn" // the action, as in the README
	bridge  = "ingest-eventbridge"
	partner = "aws.partner/stripe.com/ed_1"
)

// stand is a stack whose handlers are the real ones, over tables and queues in memory, and
// around them what AWS does: it polls, meters and logs. Its clock is what the test says.
type stand struct {
	*testing.T
	now      time.Time
	watch    *cloudwatch.Watch
	store    *memory.Store
	bus      *memory.Bus
	stripe   *fakestripe.API
	ingest   *ingest.Handler
	dispatch *dispatch.Dispatcher
	sweeps   reconcile.Sweeps
	gauges   *status.Writer
	queues   map[string]*memory.Queue
	serve    map[string]func(context.Context, events.SQSEvent) (events.SQSEventResponse, error)

	fn     func(context.Context, *action.Event[json.RawMessage]) error // of the action
	off    map[string]bool                                             // mappings and schedules that are disabled
	crash  map[string]bool                                             // functions that crash
	lost   bool                                                        // the bus reaches no queue
	secret string                                                      // with which Stripe signs
	books  bool                                                        // the sweep of the books stands still
	stuck  time.Time                                                   // since when

	written  []insights.Line // of all groups, each once
	counts   metric.Counts   // of a process, besides metric.Process, which all tests share
	second   time.Time       // of the requests below
	requests int
	times    int // how often the lines of this moment are written
	position int64
	posted   int
	owners   int
}

func newStand(t *testing.T) *stand {
	t.Helper()
	s := &stand{
		T: t, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), store: memory.New(), times: 1, secret: "whsec_right",
		queues: map[string]*memory.Queue{}, off: map[string]bool{}, crash: map[string]bool{},
		serve: map[string]func(context.Context, events.SQSEvent) (events.SQSEventResponse, error){},
	}
	var err error
	s.watch, err = cloudwatch.Open(templates(t), stack, map[string]string{"SilenceHours": "2", "StripeEventSource": partner, "Endpoints": "default=test,eventbridge=test", "MailConfigurationSet": "mails", "KeyArn": "arn:aws:kms:us-east-1:123456789012:key/1"})
	s.must(err)
	s.stripe = &fakestripe.API{Now: s.clock}
	s.bus = &memory.Bus{Selects: map[string][]string{churn: nil}, Handle: s.enqueue}
	for _, name := range []string{churn, bridge, "dispatch", "reconcile"} {
		s.queues[name] = &memory.Queue{Now: s.clock, Visibility: 180 * time.Second, MaxReceives: 1000, DeadLetter: &memory.Queue{Now: s.clock}}
	}
	s.fn = func(context.Context, *action.Event[json.RawMessage]) error { return nil }
	s.open()
	return s
}

// templates are those of the project with an action that every tree has.
func templates(t *testing.T) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"template.yaml", "infra/action.yaml", "infra/alarms.yaml", "infra/dashboard.yaml", "infra/data.yaml", "infra/eventbridge.yaml", "infra/mail-reports.yaml"} {
		text, err := os.ReadFile("../../" + name)
		if errors.Is(err, fs.ErrNotExist) && name == "infra/mail-reports.yaml" {
			continue // the shop's
		}
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	block, err := os.ReadFile("../check/testdata/" + churn + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	indented := "\nResources:\n  " + strings.ReplaceAll(strings.TrimSpace(string(block)), "\n", "\n  ") + "\n"
	root := files["template.yaml"]
	root.Data = []byte(strings.Replace(string(root.Data), "\nResources:\n", indented, 1))
	return files
}

// open makes the functions.
func (s *stand) open() {
	endpoints, err := webhook.ParseEndpoints("default=test,eventbridge=test")
	s.must(err)
	intake := &ingest.Intake{Store: s.store, Quarantine: s.store.Quarantine(), Retention: 400 * 24 * time.Hour}
	s.ingest = &ingest.Handler{Endpoints: endpoints, Secrets: s, Intake: intake, Now: s.clock, Log: s.log("ingest")}
	partnered := &ingest.EventBridge{Endpoint: endpoints["eventbridge"], Source: partner, Intake: intake, Now: s.clock, Log: s.log(bridge)}
	s.serve[bridge] = partnered.Handle
	s.dispatch = &dispatch.Dispatcher{Store: s.store, Quarantine: s.store.Quarantine(), Bus: s.bus, Decode: dynamo.FromImage, Now: s.clock, Log: s.log("dispatch"), Retention: intake.Retention}
	h := action.New(func(ctx context.Context, e *action.Event[json.RawMessage]) error { return s.fn(ctx, e) }, action.AnyVersion)
	h.Action, h.Store, h.Ledger, h.Queue, h.Now, h.Log, h.InTurn = churn, s.store, s.store, s, s.clock, s.log(churn), true
	h.Rand, h.Pause = func() float64 { return 1 }, func(context.Context, time.Duration) error { return nil }
	h.Owner = func() string { s.owners++; return "attempt-" + strconv.Itoa(s.owners) }
	s.serve[churn] = h.Handle
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.off["stripe"] {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		s.stripe.ServeHTTP(w, r)
	}))
	s.Cleanup(api.Close)
	client := &stripeapi.Client{Secret: func(context.Context) (string, error) { return "rk_test_1", nil }, Base: api.URL, Now: s.clock, Transport: &http.Transport{DisableKeepAlives: true}}
	log := s.log("reconcile")
	s.sweeps = reconcile.Sweeps{
		Ledger:     s.store,
		Pending:    &reconcile.Pending{Store: s.store, Ledger: s.store, Bus: s.bus},
		Unrecorded: &reconcile.Unrecorded{Store: s.store, Ledger: s.store},
		Due:        &reconcile.Due{Store: s.store, Ledger: s.store, Bus: s.bus, Queues: s},
		Missing:    &reconcile.Missing{Lister: client, Types: s.bus, Intake: intake, Ledger: s.store, Endpoints: endpoints, Now: s.clock, Log: log},
		Added:      []reconcile.Sweep{books{s}}, Now: s.clock, Log: log,
	}
	s.gauges = &status.Writer{Sources: status.Sources{
		Store: s.store, Ledger: s.store, Quarantine: s.store.Quarantine(), Bus: s.bus, DeadLetters: memory.DeadLetters(s.queues), Now: s.clock,
	}, Stack: stack, Log: log}
}

func (s *stand) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stand) clock() time.Time { return s.now }
