package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

func TestRefusedEventIsShownAndDoneOnceAfterwards(t *testing.T) {
	o := newOperator(t)
	for name, refusals := range map[string][]aws.Fault{
		"the bus refuses by policy, then throttles": {
			{Service: "events", Operation: "PutEvents", Kind: aws.FaultDeny, Count: 2}, {Service: "events", Operation: "PutEvents", Kind: aws.FaultThrottle},
		},
		"a queue throttles": {{Service: "events", Operation: "Deliver", Caller: "local-" + receipts, Kind: aws.FaultThrottle}},
	} {
		t.Run(name, func(t *testing.T) {
			o := o.in(t)
			o.fault(refusals...)
			id := o.charge()
			o.eventually("all refusals struck", func() bool { return o.hits() > 0 })
			o.stays(id, event.StatusPending)
			o.fault()
			o.doneOnce(id)
		})
	}
	t.Run("a queue refuses by policy: a dead letter, redriven twice without a second effect", func(t *testing.T) { redrivenTwice(o.in(t)) })
	t.Run("what cannot be read is left and shown", func(t *testing.T) { unreadable(o.in(t)) })
	t.Run("what dispatch gave up is shown, and taken away by a redrive", func(t *testing.T) { givenUp(o.in(t)) })
}

// stays waits until an event has the status and events list finds it under it.
func (o *rig) stays(id string, want event.Status) {
	o.Helper()
	o.eventually(fmt.Sprintf("events list --status %s has %s", want, id), func() bool {
		rows := objects[operator.EventRow](o.T, o.must("events", "list", "--status", string(want), "--limit", "1", "--json"))
		return len(rows) == 1 && rows[0].ID == id
	})
	o.status(id, want)
}

// doneOnce checks that every action that wants the charge did it, and that its
// receipt went out once.
func (o *rig) doneOnce(id string) {
	o.Helper()
	o.doneWith(id, 1)
}

// doneWith waits until the event is done and counts its mails.
func (o *rig) doneWith(id string, mails int) {
	o.Helper()
	o.eventually("every action has a record", func() bool { d := o.show(id); return len(d.Wanted) > 0 && len(d.Deliveries) == len(d.Wanted) })
	o.status(id, event.StatusDone)
	if n := o.mails(id); n != mails {
		o.Errorf("%d mails, want %d", n, mails)
	}
}

func (o *rig) letters() []operator.Item {
	o.Helper()
	return objects[operator.Item](o.T, o.must("deadletters", "list", "--json"))
}

func redrivenTwice(o *rig) {
	o.fault(aws.Fault{Service: "events", Operation: "Deliver", Kind: aws.FaultDeny})
	id := o.charge()
	o.eventually("four dead letters", func() bool { return len(o.letters()) == 4 })
	o.fault()
	for _, l := range o.letters() {
		if l.Event != id || l.State != "dead" || l.Action == "" || !strings.HasPrefix(l.Reason, "the queue did not take it") {
			o.Errorf("listed as %+v", l)
		}
	}
	o.stays(id, event.StatusPending)
	if dry := object[operator.RedriveResult](o.T, o.must("deadletters", "redrive", "--json")); dry.Selected != 4 || dry.Sent != 0 || len(dry.Sample) != 4 {
		o.Errorf("without --yes: %+v", dry)
	}
	// They are sent, but stay: what a crash in between leaves.
	o.fault(aws.Fault{Service: "sqs", Operation: "DeleteMessage", Caller: "operator", Kind: aws.FaultDeny})
	for range 2 {
		if r := o.run("deadletters", "redrive", "--yes", "--rate", "100"); r.code != 1 || !strings.Contains(r.err, "could not be deleted") {
			o.Errorf("exit %d, %s", r.code, r.err)
		}
	}
	o.fault()
	if wet := object[operator.RedriveResult](o.T, o.must("deadletters", "redrive", "--yes", "--rate", "100", "--json")); wet.Sent != 4 {
		o.Errorf("with --yes: %+v", wet)
	}
	o.doneOnce(id)
	for _, d := range o.show(id).Deliveries {
		if d.Attempts != 1 {
			o.Errorf("%+v, want one attempt", d)
		}
	}
	if again := object[operator.RedriveResult](o.T, o.must("deadletters", "redrive", "--yes", "--json")); again.Selected != 0 || len(o.letters()) != 0 {
		o.Errorf("afterwards: %+v and %+v", again, o.letters())
	}
}

// dead puts a message among the dead letters of a function.
func (o *rig) dead(function, body string) {
	o.Helper()
	queue := o.Local.AWS + "/000000000000/local-" + function + "-dead"
	if _, err := sqs.NewFromConfig(o.AWS).SendMessage(o.Context(), &sqs.SendMessageInput{QueueUrl: &queue, MessageBody: &body}); err != nil {
		o.Fatal(err)
	}
}

func givenUp(o *rig) {
	o.dead("dispatch", `{"requestContext":{"condition":"RetryAttemptsExhausted"},"DDBStreamBatchInfo":{"batchSize":3}}`)
	if ls := objects[operator.Item](o.T, o.must("deadletters", "list", "--action", "dispatch", "--json")); len(ls) != 1 || !strings.HasPrefix(ls[0].Reason, "3 records of the stream were given up") {
		o.Errorf("listed %+v", ls)
	}
	if r := object[operator.RedriveResult](o.T, o.must("deadletters", "redrive", "--action", "dispatch", "--yes", "--json")); r.Removed != 1 || r.Sent != 0 {
		o.Errorf("%+v, want it taken away", r)
	}
	if ls := objects[operator.Item](o.T, o.must("deadletters", "list", "--action", "dispatch", "--json")); len(ls) != 0 {
		o.Errorf("left: %+v", ls)
	}
}

func unreadable(o *rig) {
	o.dead(receipts, "no JSON")
	if r := object[operator.RedriveResult](o.T, o.must("deadletters", "redrive", "--action", receipts, "--yes", "--json")); r.Unreadable != 1 || r.Sent != 0 {
		o.Errorf("%+v, want it left", r)
	}
	if ls := o.letters(); len(ls) != 1 || !strings.Contains(ls[0].Reason, "cannot be read") {
		o.Errorf("listed %+v", ls)
	}
}
