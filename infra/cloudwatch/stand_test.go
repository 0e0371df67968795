package cloudwatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
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
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/metric"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/status"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/stripetest"
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

// Secrets implements ingest.Secrets.
func (s *stand) Secrets(context.Context, string) ([]string, error) {
	return []string{"whsec_right"}, nil
}

// Refresh implements ingest.Secrets.
func (s *stand) Refresh(_ context.Context, _ string, known []string) ([]string, bool, error) {
	return known, false, nil
}

// Delay implements delivery.Queue.
func (s *stand) Delay(ctx context.Context, queue, receipt string, d time.Duration) error {
	return s.queues[queue].ChangeVisibility(ctx, receipt, d)
}

// Backlog implements reconcile.Queues.
func (s *stand) Backlog(_ context.Context, name string) (event.Backlog, error) {
	return event.Backlog{Messages: len(s.queues[name].Messages()), Disabled: s.off[name]}, nil
}

// books is a sweep that a stack adds.
type books struct{ *stand }

func (books) Name() string { return "books" }

func (b books) Begin(context.Context, *reconcile.Run) (*reconcile.Work, error) {
	return &reconcile.Work{Complete: func() time.Time {
		if !b.books {
			b.stuck = b.now
		}
		return b.stuck
	}}, nil
}

// ---- What happens to it ----

// happen makes an event at Stripe.
func (s *stand) happen() (id string, body []byte) {
	s.posted++
	id = fmt.Sprintf("evt_%05d", s.posted)
	body = stripetest.Event{ID: id, Type: "charge.succeeded", Version: stripetest.Older, Created: s.now, Object: stripetest.Object{"id": fmt.Sprint("ch_", s.posted), "object": "charge", "amount": 100, "currency": "eur"}}.Body()
	s.must(s.stripe.PutEvents("", body))
	return id, body
}

// deliver has an event happen, and Stripe post it.
func (s *stand) deliver() (id string, code int) {
	id, body := s.happen()
	code = s.post(body, webhook.Sign(body, s.secret, s.now), 1)
	s.must(s.stripe.Delivered("", id, code == http.StatusOK))
	return id, code
}

// minutes lets time go by, with something to happen at the beginning of each second.
func (s *stand) minutes(n int, each ...func(second int)) {
	for range n {
		for second := range 60 {
			for _, do := range each {
				do(second)
			}
			if second == 1 {
				s.reconcile()
			}
			s.pollStream()
			s.pollQueue(churn)
			s.pollQueue(bridge)
			s.now = s.now.Add(time.Second)
		}
		s.now = s.now.Add(-time.Second)
		s.meterQueues()
		s.now = s.now.Add(time.Second)
		s.must(s.watch.Look(s.now))
	}
}

// traffic is an event in the middle of every second minute, and on the partner bus.
func (s *stand) traffic(second int) {
	if second == 30 && s.now.Minute()%2 == 0 {
		s.deliver()
	}
	if second == 40 && s.now.Minute()%2 == 1 {
		s.partnered()
	}
}

// partnered has an event come over the partner bus.
func (s *stand) partnered() {
	id, body := s.happen()
	_ = id
	s.watch.Metrics.Add(cloudwatch.Named("AWS/Events", "MatchedEvents", "EventBusName", partner, "RuleName", bridge), s.now, 1, 1)
	s.watch.Metrics.Add(cloudwatch.Named("AWS/Events", "FailedInvocations", "EventBusName", partner, "RuleName", bridge), s.now, b(s.lost), 1)
	s.watch.Metrics.Add(cloudwatch.Named("AWS/Events", "InvocationsFailedToBeSentToDlq", "EventBusName", partner, "RuleName", bridge), s.now, b(s.lost), 1)
	if !s.lost {
		s.must(s.queues[bridge].Send(s.Context(), fmt.Sprintf(`{"detail-type":"charge.succeeded","source":%q,"detail":%s}`, partner, body), 0))
	}
}

// settle is a stack that has run for half an hour, and is well.
func (s *stand) settle() {
	s.Helper()
	s.minutes(30, s.traffic)
	if red := s.watch.Red(stack); len(red) > 0 || len(s.pages()) > 0 {
		s.Fatalf("a stack that is well has the red alarms %q, and said %v", red, s.pages())
	}
}

// pages are the notices that call somebody.
func (s *stand) pages() (all []cloudwatch.Notice) {
	for _, n := range s.watch.Notices {
		if n.To != cloudwatch.OK {
			all = append(all, n)
		}
	}
	return all
}

func (s *stand) red(name string) bool { return slices.Contains(s.watch.Red(stack), name) }
