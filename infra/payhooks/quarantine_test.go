package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestQuarantinedRequestNeedsOperatorsRelease(t *testing.T) {
	o := newOperator(t)
	t.Run("an account that the endpoint is not for: only with --override, through intake, and acted on", func(t *testing.T) { overridden(o.in(t)) })
	t.Run("a wrong mode: only with --override", func(t *testing.T) { wrongMode(o.in(t)) })
	t.Run("what still cannot be read is not accepted, and can be discarded", func(t *testing.T) { discarded(o.in(t)) })
	t.Run("a good delivery of the same id is stored and done", func(t *testing.T) { goodAfterwards(o.in(t)) })
	t.Run("what another endpoint holds under the id is distinguished", func(t *testing.T) { twoEndpoints(o.in(t)) })
}

// charged is a captured charge's event, changed as asked.
func charged(o *rig, change func(e map[string]any)) (id string, body []byte) {
	o.Helper()
	sample, err := events.Sample("charge.succeeded", events.Latest)
	if err == nil {
		id, body, err = (events.Fresh{Now: time.Now(), Random: trigger.Random}).Event(sample)
	}
	var e map[string]any
	if err == nil {
		err = json.Unmarshal(body, &e)
	}
	if err != nil {
		o.Fatal(err)
	}
	charge := e["data"].(map[string]any)["object"].(map[string]any) //nolint:forcetypeassert,errcheck // our own sample
	charge["captured"], charge["paid"], charge["amount_captured"], charge["receipt_email"] = true, true, 100, "jenny@example.com"
	if change != nil {
		change(e)
	}
	if body, err = json.Marshal(e); err != nil {
		o.Fatal(err)
	}
	return id, body
}

func (o *rig) post(body []byte) {
	o.Helper()
	if err := postSigned(o.Context(), o.Local.API+"/webhooks/default", demoSecret, body); err != nil {
		o.Fatal(err)
	}
}

// quarantined is what quarantine list says of an id.
func (o *rig) quarantined(id string) []operator.Item {
	o.Helper()
	return about(objects[operator.Item](o.T, o.must("quarantine", "list", "--json")), id)
}

func overridden(o *rig) {
	id, body := charged(o, func(e map[string]any) { e["account"] = "acct_1" })
	o.post(body)
	rows := o.quarantined(id)
	if len(rows) != 1 || rows[0].State != "quarantined" || rows[0].Reason != string(webhook.UnexpectedAccount) || rows[0].Since.IsZero() || rows[0].Attempts != 0 {
		o.Fatalf("listed %+v", rows)
	}
	if raw := o.must("quarantine", "show", id, "--raw"); raw != string(body) {
		o.Errorf("--raw printed %d bytes, want the %d that were signed", len(raw), len(body))
	}
	if d := o.show(id); d.Status != event.StatusQuarantined || d.Reason != rows[0].Reason || o.mails(id) != 0 {
		o.Errorf("%+v, want nothing done", d)
	}
	if r := o.run("quarantine", "release", id, "--yes"); r.code != 1 || !strings.Contains(r.err, "--override") {
		o.Errorf("without --override: exit %d, %s", r.code, r.err)
	}
	o.must("quarantine", "release", id, "--override")
	if len(o.quarantined(id)) != 1 {
		o.Error("it was accepted without --yes")
	}
	if became := object[map[string]string](o.T, o.must("quarantine", "release", id, "--override", "--yes", "--json")); became["became"] != "stored" || became["event"] != id {
		o.Errorf("released: %v", became)
	}
	o.doneWith(id, 0) // MailConnected is off
	if s, err := o.Tables.Get(o.Context(), id); err != nil || !bytes.Equal(s.Body, body) || s.Account != "acct_1" {
		o.Errorf("stored %+v, %v; want it as it was signed", s.Facts, err)
	}
	if r := o.run("quarantine", "release", id, "--override", "--yes"); r.code != 1 || !strings.Contains(r.err, "quarantine list") || len(o.quarantined(id)) != 0 {
		o.Errorf("a second time: exit %d, %s", r.code, r.err)
	}
}

// hold quarantines as ingest does for an endpoint that the local stack has not.
func (o *rig) hold(endpoint, id string, reason event.Reason, body []byte) {
	o.Helper()
	now := time.Now()
	err := o.Tables.Quarantine().Put(o.Context(), event.Quarantined{
		Endpoint: endpoint, ID: id, Reason: string(reason), Type: "charge.succeeded", Received: now, Expires: now.AddDate(1, 0, 0), Body: body,
	})
	if err != nil {
		o.Fatal(err)
	}
}

func wrongMode(o *rig) {
	id, body := charged(o, nil)
	o.hold("live", id, webhook.WrongMode, body)
	if r := o.run("quarantine", "release", id, "--yes"); r.code != 1 || !strings.Contains(r.err, "--override") {
		o.Errorf("without --override: exit %d, %s", r.code, r.err)
	}
	o.must("quarantine", "release", id, "--override", "--yes")
	o.doneOnce(id)
}

func discarded(o *rig) {
	o.post([]byte(`{"id":"evt_odd","object":"event","type":"charge.succeeded","created":1,"livemode":false,"data":null}`))
	if r := o.run("quarantine", "release", "evt_odd", "--override", "--yes"); r.code != 1 || !strings.Contains(r.err, "quarantine discard evt_odd") {
		o.Errorf("released: exit %d, %s", r.code, r.err)
	}
	o.must("quarantine", "discard", "evt_odd")
	if len(o.quarantined("evt_odd")) != 1 {
		o.Fatal("it was discarded without --yes")
	}
	o.must("quarantine", "discard", "evt_odd", "--yes")
	if r := o.run("events", "show", "evt_odd"); r.code != 1 || len(o.quarantined("evt_odd")) != 0 {
		o.Errorf("it is still there: %s", r.out)
	}
}

func goodAfterwards(o *rig) {
	id, body := charged(o, nil)
	o.post(bytes.Replace(body, []byte(`"data":{`), []byte(`"account":"acct_1","data":{`), 1))
	if len(o.quarantined(id)) != 1 {
		o.Fatal("it is not quarantined")
	}
	o.post(body)
	o.doneOnce(id)
	if len(o.quarantined(id)) != 1 {
		o.Error("what was held is gone without an operator's word")
	}
	if r := o.run("quarantine", "release", id, "--override", "--yes"); r.code != 1 || !strings.Contains(r.err, "another event is stored as "+id) {
		o.Errorf("released over the good one: exit %d, %s", r.code, r.err)
	}
	o.must("quarantine", "discard", id, "--yes")
	o.doneOnce(id)
}

func twoEndpoints(o *rig) {
	id, body := charged(o, nil)
	o.hold("one", id, webhook.WrongMode, body)
	o.hold("two", id, webhook.WrongMode, body)
	if r := o.run("quarantine", "discard", id, "--yes"); r.code != 2 || !strings.Contains(r.err, "--endpoint") {
		o.Errorf("exit %d, %s; want a question which", r.code, r.err)
	}
	o.must("quarantine", "discard", id, "--endpoint", "one", "--yes")
	if rows := o.quarantined(id); len(rows) != 1 || rows[0].Endpoint != "two" {
		o.Errorf("left: %+v", rows)
	}
}
