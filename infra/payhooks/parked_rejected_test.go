package main

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

func rejected(o *rig) {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultReject})
	id := o.charge()
	d := o.delivered(id, receipts, event.Parked)
	if d.Attempts != 1 || o.hits() != 1 || !strings.Contains(d.Error, "verify the sender") || len(d.History) != 1 || d.History[0].Error != d.Error {
		o.Errorf("%+v after %d requests, want one, and what to do about it", d, o.hits())
	}
	if rows := o.parkedRows(id); len(rows) != 1 || rows[0].State != "parked" || rows[0].Reason != d.Error {
		o.Errorf("parked lists %+v", rows)
	}
	o.fault()
	dry := object[operator.RetryResult](o.T, o.must("parked", "retry", id, "--json"))
	if dry.Selected != 1 || dry.Sent != 0 || len(dry.Sample) != 1 || o.mails(id) != 0 {
		o.Errorf("without --yes: %+v", dry)
	}
	if wet := object[operator.RetryResult](o.T, o.must("parked", "retry", id, "--yes", "--json")); wet.Sent != 1 {
		o.Errorf("with --yes: %+v", wet)
	}
	o.delivered(id, receipts, event.Done)
	if out := o.must("parked", "show", id, receipts); !strings.Contains(out, "2, the first at") || !strings.Contains(out, "verify the sender") {
		o.Errorf("a retry loses the attempts before: %s", out)
	}
	if n := o.mails(id); n != 1 || len(o.parkedRows(id)) != 0 {
		o.Errorf("%d mails and %v parked, want 1 and none", n, o.parkedRows(id))
	}
}

func denied(o *rig) {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultDeny})
	id := o.charge()
	d := o.delivered(id, receipts, event.Waiting)
	for d.Error == "" { // until its attempt is over
		d = o.delivered(id, receipts, event.Waiting)
	}
	if !strings.Contains(d.Error, "allow ses:SendEmail") || len(o.parkedRows(id)) != 0 {
		o.Errorf("%+v and %v parked, want it waiting with what to do", d, o.parkedRows(id))
	}
	o.fault()
	o.must("replay", id, "--action", receipts, "--yes")
	o.delivered(id, receipts, event.Done)
	if n := o.mails(id); n != 1 {
		o.Errorf("%d mails, want 1", n)
	}
}

func discardedParked(o *rig) {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultReject})
	id := o.charge()
	o.delivered(id, receipts, event.Parked)
	o.fault()
	if dry := object[operator.DiscardResult](o.T, o.must("parked", "discard", id, receipts, "--json")); dry.Selected != 1 || dry.Discarded != 0 || len(o.parkedRows(id)) != 1 {
		o.Errorf("without --yes: %+v", dry)
	}
	if wet := object[operator.DiscardResult](o.T, o.must("parked", "discard", id, receipts, "--yes", "--reason", "sent by hand", "--json")); wet.Discarded != 1 {
		o.Errorf("with --yes: %+v", wet)
	}
	if d := o.delivered(id, receipts, event.Discarded); !strings.HasSuffix(d.By, ": sent by hand") || len(o.parkedRows(id)) != 0 {
		o.Errorf("%+v and %v parked, want none", d, o.parkedRows(id))
	}
	left := about(objects[operator.Item](o.T, o.must("parked", "--discarded", "--json")), id)
	if len(left) != 1 || left[0].State != "discarded" || !strings.HasSuffix(left[0].By, ": sent by hand") || !strings.Contains(left[0].Reason, "verify the sender") {
		o.Errorf("parked --discarded lists %+v", left)
	}
	if out := o.must("parked", "--discarded"); !strings.Contains(out, ": sent by hand") {
		o.Errorf("parked --discarded prints %s", out)
	}
	o.must("replay", id, "--yes", "--stale")
	o.status(id, event.StatusDone)
	if n := o.mails(id); n != 0 {
		o.Errorf("%d mails of what was discarded", n)
	}
}

// put puts an item that no reader understands into a table.
func (o *rig) put(table string, texts map[string]string) {
	o.Helper()
	item := map[string]types.AttributeValue{"api_version": &types.AttributeValueMemberBOOL{Value: true}, "attempt": &types.AttributeValueMemberBOOL{Value: true}}
	key := map[string]types.AttributeValue{}
	for name, text := range texts {
		item[name] = &types.AttributeValueMemberS{Value: text}
		if name == "id" {
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

func besideOdd(o *rig) {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultReject})
	id := o.charge()
	o.delivered(id, receipts, event.Parked)
	o.fault()
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	o.put("deliveries", map[string]string{"id": receipts + "#evt_odd", "event": "evt_odd", "action": receipts, "state": "parked", "open": "parked#00", "next": now})
	o.put("events", map[string]string{"id": "evt_odd", "shard": "00", "received": now})
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
