package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
	"github.com/payhooks/payhooks/infra/local/aws"
	shop "github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// eventOf is one event of now.
func eventOf(id, kind string, object, previous stripetest.Object) []byte {
	return stripetest.Event{ID: id, Type: kind, Version: stripetest.Older, Created: time.Now(), Object: object, Previous: previous}.Body()
}

// What is in no event is read with the function's own rights and key: the
// address of a trial's customer, the refunds of a charge. A text goes to the
// number of the charge.
func TestMissingFactsAreReadAtStripeOnTheLocalStack(t *testing.T) {
	c := startStack(t, "../..")
	now := time.Now()
	refund := func(id string) stripetest.Object {
		return stripetest.Object{"id": id, "object": "refund", "charge": "ch_mail", "amount": 300, "currency": "usd", "status": "succeeded", "created": now.Unix(), "livemode": false}
	}
	customer := stripetest.Object{"id": "cus_mail", "object": "customer", "email": "ada@example.com", "livemode": false}
	if err := fakestripe.Put(t.Context(), c.Local.FakeStripe, "", customer, refund("re_mail1"), refund("re_mail2")); err != nil {
		t.Fatal(err)
	}
	charge := func(refunded int) stripetest.Object {
		return stripetest.Object{
			"id": "ch_mail", "object": "charge", "payment_intent": "pi_mail", "status": "succeeded", "paid": true, "captured": true,
			"amount": 1000, "amount_captured": 1000, "amount_refunded": refunded, "currency": "usd", "created": now.Unix(), "customer": "cus_mail",
			"billing_details": stripetest.Object{"email": nil, "phone": "+15550100123"},
		}
	}
	trial := stripetest.Object{
		"id": "sub_mail", "object": "subscription", "status": "trialing", "customer": "cus_mail", "trial_end": now.Add(72 * time.Hour).Unix(),
		"items": stripetest.Object{"object": "list", "data": []any{}, "has_more": false},
	}
	ids := []string{"evt_mail1", "evt_mail2", "evt_mail3", "evt_mail4"}
	for _, body := range [][]byte{
		eventOf(ids[0], "customer.subscription.trial_will_end", trial, nil),
		eventOf(ids[1], "charge.succeeded", charge(0), nil),
		eventOf(ids[2], "charge.refunded", charge(300), stripetest.Object{"amount_refunded": 0}),
		eventOf(ids[3], "charge.refunded", charge(600), stripetest.Object{"amount_refunded": 300}),
	} {
		if err := postSigned(t.Context(), c.Local.API+"/webhooks/default", demoSecret, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := waitIdle(command(t), c, demo.Timeout); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		d, err := c.Tables.Delivery(t.Context(), event.DeliveryRef{Action: "send-receipt", Event: id})
		if err != nil || d.State != event.Done {
			t.Errorf("send-receipt of %s: %s %s %v", id, d.State, d.Error, err)
		}
	}
	checkMailed(t, c, fmt.Sprintf("trial/sub_mail/%d", now.Add(72*time.Hour).Unix()), "receipt/pi_mail", "refund/re_mail1", "refund/re_mail2")
}

func checkMailed(t *testing.T, c *cli.Target, want ...string) {
	t.Helper()
	mails, err := shop.ReadMails(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range mails {
		if got = append(got, m.Key); m.To != "ada@example.com" {
			t.Errorf("%s went to %q", m.Key, m.To)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("mails %v, want %v", got, want)
	}
	texts, err := shop.ReadNotices(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) != 1 || texts[0].To != "+15550100123" || !strings.Contains(texts[0].Message, "10.00 USD") {
		t.Errorf("texts %+v, want one about 10.00 USD", texts)
	}
}

// With a configuration set SES reports what became of a mail: one that bounces says so in the
// outcome, and one whose reply was lost is known to have gone out.
func TestReportsAboutMailsReachTheirEffects(t *testing.T) {
	c := startStack(t, withParameter(t, "MailConfigurationSet: local"))
	charge := func(n int, to string) []byte {
		return eventOf(fmt.Sprint("evt_report", n), "charge.succeeded", stripetest.Object{
			"id": fmt.Sprint("ch_report", n), "object": "charge", "payment_intent": fmt.Sprint("pi_report", n), "status": "succeeded", "paid": true, "captured": true,
			"amount": 1000, "amount_captured": 1000, "currency": "usd", "created": time.Now().Unix(), "receipt_email": to,
		}, nil)
	}
	for n, to := range []string{"bounce@simulator.amazonses.com", "complaint+1@simulator.amazonses.com", "ada@example.com"} {
		if err := postSigned(t.Context(), c.Local.API+"/webhooks/default", demoSecret, charge(n, to)); err != nil {
			t.Fatal(err)
		}
	}
	outcome(t, c, "evt_report0", "receipt sent, receipt/pi_report0 bounced")
	outcome(t, c, "evt_report1", "receipt sent, receipt/pi_report1 complained")
	outcome(t, c, "evt_report2", "receipt sent")
	(&rig{T: t, Target: c}).fault(aws.Fault{Service: "ses", Kind: aws.FaultLost, Count: 1})
	if err := postSigned(t.Context(), c.Local.API+"/webhooks/default", demoSecret, charge(3, "bounce@simulator.amazonses.com")); err != nil {
		t.Fatal(err)
	}
	outcome(t, c, "evt_report3", "receipt sent, receipt/pi_report3 bounced")
	redrivenReport(&rig{T: t, Target: c}, charge(4, "bounce@simulator.amazonses.com"))
	listedReports(&rig{T: t, Target: c})
	mails, err := shop.ReadMails(t.Context(), c)
	if err != nil || len(mails) != 5 {
		t.Errorf("%d mails, %v, want 5: none is sent again", len(mails), err)
	}
}

// redrivenReport is a report that the bus could not put into its queue, and a redrive.
func redrivenReport(o *rig, charge []byte) {
	o.fault(aws.Fault{Service: "events", Operation: "Deliver", Caller: "local-record-mail", Kind: aws.FaultDeny})
	if err := postSigned(o.Context(), o.Local.API+"/webhooks/default", demoSecret, charge); err != nil {
		o.Fatal(err)
	}
	o.eventually("a dead letter", func() bool { return len(o.letters()) == 1 })
	o.fault()
	if l := o.letters()[0]; l.Event != "evt_report4" || l.Action != "record-mail" || !strings.Contains(l.Reason, "could not be recorded") {
		o.Errorf("listed as %+v", l)
	}
	if r := object[operator.RedriveResult](o.T, o.must("deadletters", "redrive", "--action", "record-mail", "--yes", "--json")); r.Sent != 1 {
		o.Errorf("%+v, want it sent", r)
	}
	outcome(o.T, o.Target, "evt_report4", "receipt sent, receipt/pi_report4 bounced")
}

// listedReports finds the mails that came back, and their events.
func listedReports(o *rig) {
	o.Helper()
	for report, want := range map[string][]string{"bounced": {"evt_report0", "evt_report3", "evt_report4"}, "complained": {"evt_report1"}, "rejected": nil} {
		var mails, events []string
		for _, m := range objects[shop.Mail](o.T, o.must("mails", "--report", report, "--json")) {
			if mails = append(mails, m.Event); string(m.Report) != report {
				o.Errorf("%s is listed as %q", m.Key, m.Report)
			}
		}
		for _, e := range objects[operator.EventRow](o.T, o.must("events", "list", "--action", "send-receipt", "--report", report, "--json")) {
			events = append(events, e.ID)
		}
		slices.Sort(events)
		if !slices.Equal(mails, want) || !slices.Equal(events, want) {
			o.Errorf("%s: mails of %v, events %v, want %v", report, mails, events, want)
		}
	}
	if r := o.run("mails", "--report", "lost"); r.code != 2 || !strings.Contains(r.err, "bounced, complained or rejected") {
		o.Errorf("a report that is none: exit %d, %s", r.code, r.err)
	}
	if all := o.must("mails"); !strings.Contains(all, "REPORT") || strings.Count(all, "bounced") != 3 {
		o.Errorf("listed %s", all)
	}
}

// outcome waits until send-receipt's outcome of the event is what it must be.
func outcome(t *testing.T, c *cli.Target, id, want string) {
	t.Helper()
	var d event.Delivery
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		var err error
		if d, err = c.Tables.Delivery(t.Context(), event.DeliveryRef{Action: "send-receipt", Event: id}); err == nil && d.State == event.Done && d.Outcome == want {
			return
		}
	}
	t.Errorf("send-receipt of %s: %s %q %s, want %q", id, d.State, d.Outcome, d.Error, want)
}
