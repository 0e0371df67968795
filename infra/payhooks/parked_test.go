package main

import (
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

const receipts = "send-receipt"

func TestAMailIsSentOnceOrAnOperatorIsAsked(t *testing.T) {
	o := newOperator(t)
	for _, c := range []struct {
		name  string
		check func(*rig)
	}{
		{"its reply was lost: unknown, sent once, and never again when it is said to have happened", lostReply},
		{"its connection broke: unknown, and sent once it is said not to have happened", brokenConnection},
		{"throttled: tried again later", throttled},
		{"rejected: parked at once with the reason, and sent when an operator retries", rejected},
		{"denied: tried again later, with the right that it lacks", denied},
		{"rejected: an operator discards it, and nothing runs it any more", discardedParked},
		{"it comes too late: not sent, stale; sent when an operator asks for it", tooLate},
		{"beside a record that nobody can read: listed and retried all the same", besideOdd},
		{"it fails all the time: no other action waits for it", failsAlways}, // the last: its mails come a minute later
	} {
		t.Run(c.name, func(t *testing.T) { c.check(o.in(t)) })
	}
}

func lostReply(o *rig) {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultLost})
	id := o.charge()
	d := o.delivered(id, receipts, event.Unknown)
	if !strings.Contains(d.Error, "no answer from SES") || d.Attempts != 1 || o.hits() != 1 {
		o.Errorf("%+v after %d requests, want one and what happened in words", d, o.hits())
	}
	rows := o.parkedRows(id)
	if len(rows) != 1 || rows[0].State != "unknown" || rows[0].Action != receipts || rows[0].Reason == "" || rows[0].Since.IsZero() || rows[0].Effect == "" {
		o.Fatalf("parked lists %+v", rows)
	}
	o.must("replay", id, "--stale", "--yes")
	if r := o.run("parked", "retry", id, receipts, "--yes"); r.code != 1 || !strings.Contains(r.err, "parked resolve") {
		o.Errorf("a retry of what is unknown: exit %d, %s", r.code, r.err)
	}
	o.fault()
	if !strings.Contains(o.must("parked", "show", id, receipts), "parked resolve "+id+" "+receipts) {
		o.Error("parked show does not say what to do")
	}
	if r := o.run("parked", "resolve", id, receipts, "--happened"); r.code != 2 || !strings.Contains(r.err, "--happened --result JSON") || !strings.Contains(r.err, "--happened --no-result") {
		o.Errorf("what it returned is unknown: exit %d, %s", r.code, r.err)
	}
	dry := object[operator.RetryResult](o.T, o.must("parked", "resolve", "--action", receipts, "--reason", "no answer from SES", "--happened", "--no-result", "--json"))
	if dry.Selected != 1 || dry.Sent != 0 || len(o.parkedRows(id)) != 1 {
		o.Errorf("without --yes: %+v", dry)
	}
	o.must("parked", "resolve", id, receipts, "--happened", "--no-result")
	o.delivered(id, receipts, event.Done)
	if n := o.mails(id); n != 1 || len(o.parkedRows(id)) != 0 {
		o.Errorf("%d mails and %v parked, want 1 and none", n, o.parkedRows(id))
	}
}

func brokenConnection(o *rig) {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultReset})
	id := o.charge()
	o.delivered(id, receipts, event.Unknown)
	if o.hits() != 1 || o.mails(id) != 0 {
		o.Errorf("%d requests and %d mails, want 1 and 0: nobody may repeat it on a guess", o.hits(), o.mails(id))
	}
	o.fault()
	out := object[map[string]any](o.T, o.must("parked", "resolve", id, receipts, "--did-not-happen", "--json"))
	if out["sent"] != 1.0 {
		o.Errorf("%v, want one sent", out)
	}
	o.delivered(id, receipts, event.Done)
	if n := o.mails(id); n != 1 {
		o.Errorf("%d mails, want 1", n)
	}
	if r := o.run("parked", "resolve", id, receipts, "--did-not-happen"); r.code != 1 || !strings.Contains(r.err, "done") {
		o.Errorf("a second time: exit %d, %s", r.code, r.err)
	}
}

func throttled(o *rig) {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultThrottle})
	id := o.charge()
	d := o.delivered(id, receipts, event.Waiting)
	for d.Error == "" { // until its attempt is over
		d = o.delivered(id, receipts, event.Waiting)
	}
	if o.hits() != 1 || d.Next == nil || time.Until(*d.Next) < 30*time.Second {
		o.Errorf("%d requests, next at %v: want 1, and SES left alone for a minute", o.hits(), d.Next)
	}
	if o.status(id, event.StatusWaiting); len(o.parkedRows(id)) != 0 {
		o.Error("what waits by itself is listed as parked")
	}
	o.fault()
	o.due(id, receipts)
	o.delivered(id, receipts, event.Done)
	if n := o.mails(id); n != 1 {
		o.Errorf("%d mails, want 1", n)
	}
}

func tooLate(o *rig) {
	at := unix(time.Now().Add(-80 * time.Hour))
	id := o.charge("created="+at, "event.created="+at)
	for _, how := range [][]string{nil, {"--yes"}, {"--yes", "--again"}} {
		o.must(append([]string{"replay", id, "--action", receipts}, how...)...)
		o.status(id, event.StatusDone)
		if d := o.delivered(id, receipts, event.Done); d.Outcome != "skipped: stale" || o.mails(id) != 0 {
			o.Fatalf("replayed %v: %+v and %d mails", how, d, o.mails(id))
		}
	}
	for range 2 {
		o.must("replay", id, "--action", receipts, "--yes", "--stale")
		o.eventually("the late mail is sent", func() bool { return o.mails(id) > 0 })
		o.status(id, event.StatusDone)
	}
	if d := o.delivered(id, receipts, event.Done); d.Outcome != "receipt sent" || o.mails(id) != 1 {
		o.Errorf("%+v and %d mails, want one", d, o.mails(id))
	}
}

func failsAlways(o *rig) {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultThrottle})
	for _, id := range o.charges(20) {
		for _, action := range o.show(id).Wanted {
			if action != receipts {
				o.delivered(id, action, event.Done)
			}
		}
		if d := o.delivered(id, receipts, event.Waiting); d.Attempts > 1 || o.mails(id) != 0 {
			o.Fatalf("the others are done, it is %+v", d)
		}
	}
}
