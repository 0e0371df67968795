package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
)

const receipts = "send-receipt"

func TestAMailIsSentOnceOrAnOperatorIsAsked(t *testing.T) {
	o := newOperator(t)
	for _, c := range []struct {
		name  string
		check func(*operator)
	}{
		{"its reply was lost: unknown, sent once, and never again when it is said to have happened", lostReply},
		{"its connection broke: unknown, and sent once it is said not to have happened", brokenConnection},
		{"throttled: tried again later", throttled},
		{"rejected: parked at once with the reason, and sent when an operator retries", rejected},
		{"it comes too late: not sent, stale; sent when an operator asks for it", tooLate},
		{"beside a record that nobody can read: listed and retried all the same", besideOdd},
		{"it fails all the time: no other action waits for it", failsAlways}, // the last: its mails come a minute later
	} {
		t.Run(c.name, func(t *testing.T) { c.check(o.in(t)) })
	}
}

func TestARetryOfWhatIsNotThereIsNoGoodNews(t *testing.T) {
	c := stored(t, 1)
	for _, a := range []struct{ id, action, says string }{
		{"evt_none", "", "no event evt_none"},
		{"", "no", "has no action \"no\"; it has " + receipts},
		{"evt_00000", "", ""},
		{"", receipts, ""},
		{"", "", ""},
	} {
		list, err := (&retry{connection: c}).chosen(t.Context(), a.id, a.action)
		if len(list) != 0 || (err == nil) != (a.says == "") || err != nil && !strings.Contains(err.Error(), a.says) {
			t.Errorf("retry %q %q: %v %v, want %q", a.id, a.action, list, err, a.says)
		}
	}
}

func lostReply(o *operator) {
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
	o.must("parked", "resolve", id, receipts, "--happened")
	o.delivered(id, receipts, event.Done)
	if n := o.mails(id); n != 1 || len(o.parkedRows(id)) != 0 {
		o.Errorf("%d mails and %v parked, want 1 and none", n, o.parkedRows(id))
	}
}

func brokenConnection(o *operator) {
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

func throttled(o *operator) {
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

func rejected(o *operator) {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultDeny})
	id := o.charge()
	d := o.delivered(id, receipts, event.Parked)
	if d.Attempts != 1 || o.hits() != 1 || !strings.Contains(d.Error, "allow ses:SendEmail") {
		o.Errorf("%+v after %d requests, want one, and what to do about it", d, o.hits())
	}
	if rows := o.parkedRows(id); len(rows) != 1 || rows[0].State != "parked" || rows[0].Reason != d.Error {
		o.Errorf("parked lists %+v", rows)
	}
	o.fault()
	dry := object[retrySummary](o.T, o.must("parked", "retry", id, "--json"))
	if dry.Selected != 1 || dry.Sent != 0 || len(dry.Sample) != 1 || o.mails(id) != 0 {
		o.Errorf("without --yes: %+v", dry)
	}
	if wet := object[retrySummary](o.T, o.must("parked", "retry", id, "--yes", "--json")); wet.Sent != 1 {
		o.Errorf("with --yes: %+v", wet)
	}
	o.delivered(id, receipts, event.Done)
	if n := o.mails(id); n != 1 || len(o.parkedRows(id)) != 0 {
		o.Errorf("%d mails and %v parked, want 1 and none", n, o.parkedRows(id))
	}
}

func tooLate(o *operator) {
	at := unix(time.Now().Add(-80 * time.Hour))
	id := o.charge("created="+at, "event.created="+at)
	for _, how := range [][]string{nil, {"--yes"}, {"--yes", "--again"}} {
		o.must(append([]string{"replay", id, "--action", receipts}, how...)...)
		o.status(id, event.StatusDone)
		if d := o.delivered(id, receipts, event.Done); d.Outcome != "ignored: stale" || o.mails(id) != 0 {
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

func failsAlways(o *operator) {
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

// put puts an item that no reader understands into a table.
func (o *operator) put(table string, texts map[string]string) {
	o.Helper()
	item := map[string]types.AttributeValue{"api_version": &types.AttributeValueMemberBOOL{Value: true}, "attempt": &types.AttributeValueMemberBOOL{Value: true}}
	key := map[string]types.AttributeValue{}
	for name, text := range texts {
		item[name] = &types.AttributeValueMemberS{Value: text}
		if name == "id" || name == "event" || name == "action" {
			key[name] = item[name]
		}
	}
	db, name := dynamodb.NewFromConfig(o.AWS), o.Stack+"-"+table
	if _, err := db.PutItem(o.Context(), &dynamodb.PutItemInput{TableName: &name, Item: item}); err != nil {
		o.Fatal(err)
	}
	o.Cleanup(func() {
		if _, err := db.DeleteItem(context.WithoutCancel(o.Context()), &dynamodb.DeleteItemInput{TableName: &name, Key: key}); err != nil {
			o.Error(err)
		}
	})
}

func besideOdd(o *operator) {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultDeny})
	id := o.charge()
	o.delivered(id, receipts, event.Parked)
	o.fault()
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	o.put("deliveries", map[string]string{"event": "evt_odd", "action": receipts, "state": "parked", "open": "parked#0", "next": now})
	o.put("events", map[string]string{"id": "evt_odd", "day": now[:10] + "#0", "received": now})
	for _, c := range [][2]string{
		{"parked --json", id}, {"parked retry --all --json", id}, {"events list --limit 1 --json", "evt_"}, {"replay --since 1h --json", `"selected"`}, {"parked retry --all --yes --json", `"sent":1`},
	} {
		line, want := c[0], c[1]
		if r := o.run(strings.Fields(line)...); r.code != 1 || !strings.Contains(r.out, want) || !strings.Contains(r.err, "evt_odd") {
			o.Errorf("%s: exit %d, %s %s; want what can be read, and a word about what cannot", line, r.code, r.out, r.err)
		}
	}
	o.delivered(id, receipts, event.Done)
}
