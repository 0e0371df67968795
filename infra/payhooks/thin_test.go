package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestThinEventsAreHandled(t *testing.T) {
	o := newOperator(t)
	t.Run("a triggered one is fetched and done", func(t *testing.T) { triggeredThin(o.in(t)) })
	t.Run("on the partner bus, too", func(t *testing.T) { thinViaBus(o.in(t)) })
	t.Run("without a subscriber it is ignored", func(t *testing.T) { thinIgnored(o.in(t)) })
	t.Run("twins are one event", func(t *testing.T) { thinTwins(o.in(t)) })
	t.Run("one that Stripe does not have parks, and is fetched when it has", func(t *testing.T) { thinParked(o.in(t)) })
	t.Run("an audit finds no difference", func(t *testing.T) { thinAudited(o.in(t)) })
	t.Run("every type is listed", func(t *testing.T) { thinListed(o.in(t)) })
}

// doneThin waits until every subscriber and function fetch are done with the event.
func (o *rig) doneThin(id string, mails int) operator.EventDetail {
	o.Helper()
	o.eventually("every action is done with "+id, func() bool {
		d := o.show(id)
		done := slices.DeleteFunc(d.Deliveries, func(r operator.DeliveryRow) bool { return r.State != event.Done })
		return len(d.Wanted) > 0 && len(done) == len(d.Wanted)+1
	})
	if n := o.mails(id); n != mails {
		o.Errorf("%d mails about %s, want %d", n, id, mails)
	}
	d := o.show(id)
	if d.Status != event.StatusDone || d.Facts.SentAs != "v1."+d.Facts.Type || slices.Contains(d.Wanted, event.Fetch) {
		o.Errorf("%+v with facts %+v", d.EventRow, d.Facts)
	}
	return d
}

func triggeredThin(o *rig) {
	for _, kind := range []string{"payment_intent.succeeded", "v1.payment_intent.succeeded"} {
		p := object[trigger.Posted](o.T, o.must("trigger", kind, "--thin", "--override", "amount=4200", "--json"))
		if p.Answer != 200 || p.Type != "v1.payment_intent.succeeded" {
			o.Fatalf("printed %+v", p)
		}
		d := o.doneThin(p.ID, 0)
		if d.Facts.Amount == nil || *d.Facts.Amount != 4200 || !slices.Contains(d.Renderings, event.RenderingID(p.ID, event.Payload)) {
			o.Errorf("facts %+v, renderings %v", d.Facts, d.Renderings)
		}
		if raw := o.must("events", "show", p.ID, "--raw"); !strings.Contains(raw, `"object":"v2.core.event"`) || strings.Contains(raw, "4200") {
			o.Errorf("the signed bytes are %s", raw)
		}
	}
}

func thinViaBus(o *rig) {
	p := object[trigger.Posted](o.T, o.must("trigger", "charge.refunded", "--thin", "--via", "eventbridge", "--json"))
	o.arrives(p.ID)
	o.doneThin(p.ID, o.mails(p.ID))
}

func thinIgnored(o *rig) {
	for _, kind := range []string{"v1.customer.subscription.past_due", "v2.core.account[requirements].updated", event.ThinPing, "v1.billing.meter.no_meter_found"} {
		p := object[trigger.Posted](o.T, o.must("trigger", kind, "--json"))
		o.status(p.ID, event.StatusIgnored)
		if d := o.show(p.ID); d.Type != kind || len(d.Deliveries) > 0 {
			o.Errorf("%+v", d)
		}
	}
}

func thinTwins(o *rig) {
	for _, named := range []bool{true, false} {
		for _, first := range []string{"thin", "snapshot"} {
			id, body := charged(o, nil)
			if err := fakestripe.PutEvents(o.Context(), o.FakeStripe, json.RawMessage(body)); err != nil {
				o.Fatal(err)
			}
			thin, err := fakestripe.Thin(body, named)
			if err != nil {
				o.Fatal(err)
			}
			twins := [][]byte{thin, body, thin}
			if first == "snapshot" {
				twins = [][]byte{body, thin, body}
			}
			for _, b := range twins {
				o.post(b)
			}
			o.arrives(id)
			o.eventually(id+" is done once", func() bool { d := o.show(id); return d.Status == event.StatusDone && o.mails(id) == 1 })
			if s, err := o.Tables.Get(o.Context(), id); err != nil || !bytes.Equal(s.Body, thin) && !bytes.Equal(s.Body, body) {
				o.Errorf("not stored as it came: %v", err)
			}
			if own := fakestripe.ThinID(id, false); !named {
				o.eventually(own+" is a rendering", func() bool { return o.show(own).ID == id })
			}
		}
	}
}

func thinParked(o *rig) {
	id, body := charged(o, nil)
	thin, err := fakestripe.Thin(body, true)
	if err != nil {
		o.Fatal(err)
	}
	o.post(thin)
	o.status(id, event.StatusParked)
	rows := objects[operator.Item](o.T, o.must("parked", "--json"))
	if len(rows) != 1 || rows[0].Event != id || rows[0].Action != event.Fetch || !strings.Contains(rows[0].Reason, "gone") {
		o.Fatalf("parked %+v", rows)
	}
	if err := fakestripe.PutEvents(o.Context(), o.FakeStripe, json.RawMessage(body)); err != nil {
		o.Fatal(err)
	}
	o.must("parked", "retry", "--action", event.Fetch, "--yes")
	o.doneThin(id, 1)
}

func thinListed(o *rig) {
	list := o.must("trigger", "--list", "--thin", "--json")
	key := stripeapi.Open(testKey{}, time.Now)
	key.Base = o.FakeStripe
	sources, err := trigger.Request{Count: 1, Version: events.Latest, Thin: true}.Sources([]string{"v1.billing.meter.error_report_triggered"})
	if err != nil {
		o.Fatal(err)
	}
	var body []byte
	post := trigger.Poster{FakeStripe: o.FakeStripe, Record: func(trigger.Posted) {}, Send: func(_ context.Context, sent []byte) (int, string, error) {
		body = sent
		return http.StatusOK, "", nil
	}}
	if err := post.Run(o.Context(), 1, 0, sources); err != nil {
		o.Fatal(err)
	}
	if thin, _ := webhook.ReadThin(body); thin.Related.URL == "" {
		o.Errorf("refers to nothing: %s", body)
	} else if _, err := key.Object(o.Context(), false, "", thin.Related.URL, ""); err != nil {
		o.Errorf("what %s refers to is not at fake Stripe: %v", thin.Type, err)
	}
	for _, kind := range []string{"v1.charge.succeeded", "v2.core.account_link.returned", "v1.customer.subscription.past_due"} {
		if !strings.Contains(list, `"`+kind+`"`) {
			o.Errorf("%s is not listed", kind)
		}
	}
	if r := o.run("trigger", "v1.charge.suceeded"); r.code != 2 || !strings.Contains(r.out+r.err, "v1.charge.succeeded") {
		o.Errorf("%d: %s %s", r.code, r.out, r.err)
	}
}

// thinAudited has events whose row has a member that holds nothing, too.
func thinAudited(o *rig) {
	for _, kind := range []string{"customer.subscription.trial_will_end", "v1.customer.subscription.pending_update_applied", "v1.customer.subscription.updated"} {
		p := object[trigger.Posted](o.T, o.must("trigger", kind, "--json"))
		o.eventually(p.ID+" is done", func() bool { return o.show(p.ID).Status == event.StatusDone })
	}
	o.must("audit")
}

// testKey is a key that fake Stripe takes.
type testKey struct{}

func (testKey) Get(context.Context) (string, error)           { return "rk_test_fake", nil }
func (k testKey) Refresh(ctx context.Context) (string, error) { return k.Get(ctx) }
