package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/payhooks/payhooks/events"
	local "github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/sqsqueue"
)

func TestEventsOfPartnerBusAreHandled(t *testing.T) {
	o := newOperator(t)
	bus, err := openBus(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if list := o.must("deadletters", "list", "--action", "ingest-eventbridge", "--json"); list != "" {
		t.Errorf("dead letters: %s", list)
	}
	if _, err := (&sqsqueue.DeadLetters{Client: sqsqueue.New(o.AWS, time.Now), Stack: "other"}).Depth(t.Context(), "ingest-eventbridge"); !errors.Is(err, event.ErrNotFound) {
		t.Errorf("dead letters of a stack without the queue: %v", err)
	}
	t.Run("a triggered one is stored and done", func(t *testing.T) { triggeredViaBus(o.in(t)) })
	t.Run("one that is posted too is one event", func(t *testing.T) { byWebhookAndBus(o.in(t), bus) })
	t.Run("what is not the destination's is quarantined", func(t *testing.T) { notOfDestination(o.in(t), bus) })
	t.Run("a failing table keeps it in the queue", func(t *testing.T) { tableFails(o.in(t), bus) })
}

func triggeredViaBus(o *rig) {
	p := object[trigger.Posted](o.T, o.must("trigger", "payment_intent.succeeded", "--via", "eventbridge", "--override", "amount=4200", "--json"))
	if p.Answer != 200 || p.ID == "" || p.Type != "payment_intent.succeeded" {
		o.Fatalf("printed %+v", p)
	}
	o.arrives(p.ID)
	o.eventually("every action has a record", func() bool { d := o.show(p.ID); return len(d.Wanted) > 0 && len(d.Deliveries) == len(d.Wanted) })
	o.status(p.ID, event.StatusDone)
	if s, err := o.Tables.Get(o.Context(), p.ID); err != nil || s.Endpoint != ingest.EventBridgeEndpoint {
		o.Errorf("stored %+v, %v", s.Facts, err)
	}
}

// arrives waits until an event is stored.
func (o *rig) arrives(id string) {
	o.Helper()
	o.eventually(id+" is stored", func() bool { _, err := o.Tables.Get(o.Context(), id); return err == nil })
}

// put puts an event on the bus, under another type than its own if one is given.
func (b *partnerBus) put(o *rig, kind string, body []byte) {
	o.Helper()
	out, err := eventbridge.NewFromConfig(o.AWS).PutPartnerEvents(o.Context(), &eventbridge.PutPartnerEventsInput{Entries: []types.PutPartnerEventsRequestEntry{{
		Source: &b.source, DetailType: &kind, Detail: aws.String(string(body)),
	}}})
	if err != nil || out.FailedEntryCount != 0 {
		o.Fatalf("%+v, %v", out, err)
	}
}

func byWebhookAndBus(o *rig, bus *partnerBus) {
	id, body := charged(o, nil)
	bus.put(o, "charge.succeeded", body)
	o.post(body)
	bus.put(o, "charge.succeeded", body)
	o.doneOnce(id)
	if s, err := o.Tables.Get(o.Context(), id); err != nil || !bytes.Equal(s.Body, body) {
		o.Errorf("not stored as it came: %v", err)
	}
	if rows := o.quarantined(id); len(rows) != 0 {
		o.Errorf("quarantined %+v", rows)
	}
}

// notOfDestination puts into the queue what the rule would not let there.
func notOfDestination(o *rig, bus *partnerBus) {
	sample, err := events.EventBridge("snapshot-live")
	if err != nil {
		o.Fatal(err)
	}
	queues := sqs.NewFromConfig(o.AWS)
	for _, text := range []string{string(sample), "hello"} {
		if _, err := queues.SendMessage(o.Context(), &sqs.SendMessageInput{QueueUrl: o.queue("local-ingest-eventbridge"), MessageBody: &text}); err != nil {
			o.Fatal(err)
		}
	}
	id, body := charged(o, nil)
	bus.put(o, "charge.refunded", body)
	accounted, other := charged(o, func(e map[string]any) { e["account"] = "acct_1" })
	bus.put(o, "charge.succeeded", other)
	good, whole := charged(o, nil)
	bus.put(o, "charge.succeeded", whole)
	o.arrives(good)
	o.doneOnce(good)
	var all map[string]string
	o.eventually("four are quarantined", func() bool {
		all = map[string]string{}
		for _, row := range objects[operator.Item](o.T, o.must("quarantine", "list", "--json")) {
			all[row.Reason] = row.Event
		}
		return len(all) == 4
	})
	if all["foreign_source"] != "evt_63bbde462f365e94b761ba38" || all["detail_type"] != id || all["not_an_envelope"] == "" || all["unexpected_account"] != accounted {
		o.Errorf("quarantined %v", all)
	}
	if r := o.run("quarantine", "release", id, "--yes"); r.code != 1 {
		o.Errorf("released without --override: %s", r.out)
	}
	o.must("quarantine", "release", id, "--override", "--yes")
	o.doneOnce(id)
}

// queue is the URL of a queue of the stack.
func (o *rig) queue(name string) *string {
	o.Helper()
	for _, q := range o.stack.Template.Queues {
		if q.Name == name {
			return &q.URL
		}
	}
	o.Fatalf("the stack has no queue %s", name)
	return nil
}

func tableFails(o *rig, bus *partnerBus) {
	o.fault(local.Fault{Service: "dynamodb", Caller: "ingest-eventbridge", Kind: local.FaultError})
	id, body := charged(o, nil)
	bus.put(o, "charge.succeeded", body)
	o.eventually("the store fails", func() bool { return strings.Contains(o.printed.String(), `"reason":"store_failed"`) })
	if _, err := o.Tables.Get(o.Context(), id); err == nil {
		o.Error("it was stored all the same")
	}
	o.fault()
	queue, err := o.stack.AWS.Queue("arn:aws:sqs:us-east-1:000000000000:local-ingest-eventbridge")
	if err != nil {
		o.Fatal(err)
	}
	o.eventually("it is stored", func() bool {
		if err := queue.Release(); err != nil { // else it is hidden for three minutes
			o.Fatal(err)
		}
		_, err := o.Tables.Get(o.Context(), id)
		return err == nil
	})
	o.doneOnce(id)
}
