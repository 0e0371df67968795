package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/metric"
)

// probes are all that a thief tries.
var probes = slices.Concat(onLedger, inSQL, onTables, onQueues, onTopics, onOthers, onMails)

// Work that several functions have.
var (
	actionsWork = []string{
		"read its delivery", "read its deliveries in a batch", "write its delivery", "change its delivery", "commit its delivery",
		"read an event", "read events in a batch", "look at its queue",
	}
	intake     = []string{"read an event", "store an event", "change an event", "put a request into the quarantine"}
	fanout     = []string{"read an event", "read events in a batch", "change an event", "put an event on the bus", "list the rules"}
	textAPhone = "text a phone"
	stripe     = "read Stripe's API key"
)

// work is all that each function may do, of what the probes try. A thief of update-order aims
// at grant-access, every other at update-order.
var work = map[string][]string{
	"ingest":             append([]string{"read a signing secret"}, intake...),
	"ingest-eventbridge": append([]string{"look at its queue"}, intake...),
	"dispatch":           append([]string{"put a request into the quarantine"}, fanout...),
	"fetch":              slices.Concat([]string{stripe, "store an event"}, actionsWork, fanout),
	"reconcile": slices.Concat([]string{
		stripe, "store an event", "put a request into the quarantine", "list received events", "list the quarantine", "list what is polled",
		"read its deliveries in a batch", "read another's delivery in a batch with its own", "write its delivery", "forge another's delivery",
		"forge another's effect", "forge a delivery of no name", "commit its delivery", "forge another's delivery in a commit with its own",
		"change its delivery", "change another's delivery", "list what is unfinished",
		"write a cursor", "list the cursors", "write the journal", "look at its queue", "look at another's queue",
	}, fanout),

	"update-order":     append([]string{stripe}, actionsWork...),
	"grant-access":     append([]string{stripe}, actionsWork...),
	"adjust-inventory": append([]string{stripe}, actionsWork...),
	"post-journal":     append([]string{stripe, "write the journal"}, actionsWork...),
	"flag-fraud":       append([]string{"read the holds", "write the holds"}, actionsWork...),
	"send-notice":      append([]string{"read the holds", "publish a notice", "read Slack's webhook"}, actionsWork...),
	"send-receipt": append([]string{
		stripe, "read the events of an object", textAPhone,
		"send a mail as the shop", "send a mail as the shop, under a name", "send a mail as the shop, answers elsewhere",
	}, actionsWork...),
}

// steal takes the credentials that the stack gave to a function.
func (o *rig) steal(logicalID, name, evt string) thief {
	o.Helper()
	c, ok := o.stack.Host.Credentials[logicalID]
	if !ok {
		o.Fatalf("the stack has no function %s", logicalID)
	}
	cfg := o.AWS.Copy()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, c.SessionToken)
	return newThief(cfg, o.Stack, local.Account, name, evt)
}

func TestRow66FunctionsCredentialsAllowItsOwnWorkOnly(t *testing.T) {
	o := newOperator(t)
	evt := o.charge()
	o.delivered(evt, "update-order", event.Done)
	before := o.deliveryRecord(evt, "update-order")
	var g errgroup.Group
	g.SetLimit(4)
	for _, f := range o.stack.Template.Functions {
		name := filepath.Base(f.Dir)
		allowed, known := work[name]
		if !known {
			t.Errorf("nothing says what %s may do; add it to the table of this test", name)
		}
		s := o.steal(f.LogicalID, name, evt)
		g.Go(func() error { onlyItsWork(t, s, allowed, nil); return nil })
	}
	_ = g.Wait() // errors are the test's
	if after := o.deliveryRecord(evt, "update-order"); after.Owner != before.Owner || after.State != event.Done {
		t.Errorf("the record is %+v, it was %+v", after, before)
	}
	t.Run("without the right the error says what to set", func(t *testing.T) { relatedUngranted(o.in(t), evt) })
}

// onlyItsWork tries all probes but those left out.
func onlyItsWork(t *testing.T, s thief, allowed []string, except map[string]string) {
	t.Helper()
	for _, p := range probes {
		if except[p.name] != "" {
			continue
		}
		got, err := p.run(t.Context(), s)
		if want := slices.Contains(allowed, p.name); got != want || err != nil {
			t.Errorf("%s: %s: allowed %t, want %t (%v)", s.self, p.name, got, want, err)
		}
	}
	for _, name := range allowed {
		if !slices.ContainsFunc(probes, func(p probe) bool { return p.name == name }) {
			t.Errorf("%s: there is no probe %q", s.self, name)
		}
	}
}

func relatedUngranted(o *rig, evt string) {
	s := o.steal("FlagFraud", "flag-fraud", evt)
	_, err := dynamo.Open(s.aws, o.Stack, &metric.Counts{}, time.Now).Related(o.Context(), event.Scope{}, "pi_1")
	if err == nil || !strings.Contains(err.Error(), "set Related: 'on' in the action's block of template.yaml") {
		o.Errorf("%v, expected it to say what to set", err)
	}
}

func (o *rig) deliveryRecord(evt, action string) event.Delivery {
	o.Helper()
	d, err := o.Tables.Delivery(o.Context(), event.DeliveryRef{Action: action, Event: evt})
	if err != nil {
		o.Fatal(err)
	}
	return d
}
