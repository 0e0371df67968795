package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/webhook"
)

// With the parameter, whatever functions store has the dictionary, and everybody reads it to
// the byte: actions, function fetch, and the command, which writes none itself.
func TestBodiesAreStoredWithTheDictionaryIfTheStackSaysSo(t *testing.T) {
	needsShop(t)
	o := &rig{T: t, printed: &record{}, logged: &record{}}
	o.Target = startStack(t, withParameter(t, "Dictionary: 'on'"))
	id, body := charged(o, nil)
	o.post(body)
	o.eventually(id+" is done", func() bool { return o.show(id).Status == event.StatusDone && o.mails(id) == 1 })
	o.shownAsSent(id, body)

	twin, snapshot := charged(o, nil)
	thin, err := fakestripe.Thin(snapshot, true)
	if err == nil {
		err = fakestripe.PutEvents(o.Context(), o.FakeStripe, json.RawMessage(snapshot))
	}
	if err != nil {
		t.Fatal(err)
	}
	o.post(thin)
	o.arrives(twin)
	o.eventually(twin+" is done", func() bool { return o.show(twin).Status == event.StatusDone && o.mails(twin) == 1 })
	o.shownAsSent(twin, thin)
	if !o.hasDictionary("events", ddb.Item{"id": text(event.RenderingID(twin, event.Payload))}) {
		t.Error("what was fetched is stored without the dictionary")
	}

	odd, other := charged(o, func(e map[string]any) { e["account"] = "acct_1" })
	o.post(other)
	if rows := o.quarantined(odd); len(rows) != 1 || rows[0].Reason != string(webhook.UnexpectedAccount) {
		t.Fatalf("quarantined: %+v", rows)
	}
	if raw := o.must("quarantine", "show", odd, "--raw"); raw != string(other) || !o.hasDictionary("quarantine", ddb.Item{"endpoint": text("default"), "id": text(odd)}) {
		t.Errorf("the quarantine has %d bytes of %d, or no dictionary", len(raw), len(other))
	}
}

// shownAsSent checks the signed bytes of a stored event.
func (o *rig) shownAsSent(id string, body []byte) {
	o.Helper()
	if raw := o.must("events", "show", id, "--raw"); raw != string(body) {
		o.Errorf("%s is shown as %d other bytes than the %d sent", id, len(raw), len(body))
	}
	if !o.hasDictionary("events", ddb.Item{"id": text(id)}) {
		o.Errorf("%s is stored without the dictionary", id)
	}
}

// hasDictionary reports whether the body of an item names a dictionary.
func (o *rig) hasDictionary(table string, key ddb.Item) bool {
	o.Helper()
	name := o.Stack + "-" + table
	out, err := ddb.New(o.AWS, time.Now).GetItem(o.Context(), &ddb.GetItemInput{TableName: &name, Key: key})
	if err != nil {
		o.Fatal(err)
	}
	body, ok := out.Item["body"].(*ddb.AttributeValueMemberB)
	if !ok {
		o.Fatalf("%s has no body for %v", name, key)
	}
	var h zstd.Header
	if err := h.Decode(body.Value); err != nil {
		o.Fatal(err)
	}
	return h.DictionaryID != 0
}

func text(s string) *ddb.AttributeValueMemberS { return &ddb.AttributeValueMemberS{Value: s} }
