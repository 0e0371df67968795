package mailreport_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/mailreport"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/stripetest"
)

const key = "receipt/pi_1"

// rig is an action that sends one mail, and what records the reports about it.
type rig struct {
	*actiontest.Rig
	recorder *mailreport.Recorder
	id       string // SES's of the mail
	fails    error  // of the mail that is sent next
	after    error  // of what the action does after it
	sent     int
	event    string
	t        *testing.T
}

func open(t *testing.T) *rig {
	t.Helper()
	r := &rig{id: "m-1", t: t}
	r.Rig = actiontest.New(t, func(ctx context.Context, e *action.Event[facts.Event]) error {
		_, err := action.Outside(ctx, e, key, func(context.Context) (string, error) {
			r.sent++
			return r.id, r.fails
		})
		e.Outcome("receipt sent")
		return errors.Join(err, r.after)
	})
	r.recorder = &mailreport.Recorder{Store: r.Store, Ledger: r.Store, Action: "action", Now: func() time.Time { return r.Now }, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	return r
}

// send has the action send the mail of an event.
func (r *rig) send() event.Delivery {
	r.t.Helper()
	r.event = "evt_1"
	return r.Post(stripetest.Body(r.event, "charge.succeeded", nil))
}

// report records one of SES's reports about a mail, and reports whether the queue keeps it.
func (r *rig) report(kind, id string) (kept bool) {
	r.t.Helper()
	return r.body(map[string]any{"type": kind, "id": id, "tags": map[string][]string{
		"ses:configuration-set": {"shop"}, mail.TagStack: {"payhooks"}, mail.TagAction: {"action"}, mail.TagEvent: {r.event}, mail.TagKey: {mail.EncodeKey(key)},
	}})
}

func (r *rig) body(message any) (kept bool) {
	r.t.Helper()
	body, err := json.Marshal(message)
	if err != nil {
		r.t.Fatal(err)
	}
	out, err := r.recorder.Handle(r.t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "1", Body: string(body)}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return len(out.BatchItemFailures) > 0
}

func (r *rig) delivery() event.Delivery {
	r.t.Helper()
	d, err := r.Store.Delivery(r.t.Context(), event.DeliveryRef{Action: "action", Event: r.event})
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

func TestReportsEndInOneOutcomeInAnyOrder(t *testing.T) {
	all := []string{"Delivery", "Bounce", "Complaint", "Bounce"}
	for order := range stripetest.Permutations(all) {
		r := open(t)
		r.send()
		for _, kind := range order {
			if r.report(kind, "m-1") {
				t.Fatalf("%v: %s stays in the queue", order, kind)
			}
		}
		d := r.delivery()
		if d.State != event.Done || d.Outcome != "receipt sent, receipt/pi_1 complained" || fmt.Sprint(d.Effects) != "[{receipt/pi_1 done  complained}]" {
			t.Errorf("%v: %s %q, effects %v", order, d.State, d.Outcome, d.Effects)
		}
	}
}

func TestDeliveredMailChangesNothing(t *testing.T) {
	r := open(t)
	before := r.send()
	if r.report("Delivery", "m-1") || r.delivery().Outcome != before.Outcome {
		t.Errorf("outcome %q", r.delivery().Outcome)
	}
}

func TestReportProvesAnUnknownMail(t *testing.T) {
	for _, kind := range []string{"Delivery", "Bounce"} {
		r := open(t)
		r.fails = errors.New("connection reset by peer")
		if d := r.send(); d.State != event.Unknown {
			t.Fatalf("%s, want it unknown", d.State)
		}
		r.fails = nil
		if r.report(kind, "m-7") {
			t.Fatal("it stays in the queue")
		}
		if d := r.delivery(); d.State != event.Waiting {
			t.Fatalf("%s, want it to continue", d.State)
		}
		if d := r.Deliver(r.event); d.State != event.Done || r.sent != 1 || strings.Contains(d.Outcome, "bounced") != (kind == "Bounce") {
			t.Errorf("%s: %s %q, %d sent, want one", kind, d.State, d.Outcome, r.sent)
		}
		e, err := r.Store.Effect(t.Context(), event.EffectRef{Action: "action", Key: key})
		if err != nil || string(e.Result) != `"m-7"` || e.ByOperator {
			t.Errorf("result %s, %v, want what the action would have recorded", e.Result, err)
		}
	}
}

func TestMailThatIsBeingSentIsLeftToItsAttempt(t *testing.T) {
	r := open(t)
	r.Store.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Resolve" {
			return memory.Refuse(event.ErrThrottled)
		}
		return memory.Fault{}
	}
	r.send()
	r.Store.Fault = nil
	if !r.report("Bounce", "m-1") {
		t.Fatal("the report is gone while the mail's lease runs")
	}
	r.Now = r.Now.Add(time.Hour)
	if r.report("Bounce", "m-1") || r.Deliver(r.event).State != event.Done || r.sent != 1 {
		t.Errorf("after the lease: %s, %d sent", r.delivery().State, r.sent)
	}
}

func TestReportIsKeptUntilARetryThatFinishes(t *testing.T) {
	r := open(t)
	r.after = errors.New("the other service is down")
	d := r.send()
	if d.State != event.Waiting || r.report("Bounce", "m-1") {
		t.Fatalf("%s, want it waiting and the report recorded", d.State)
	}
	r.after = nil
	r.Now = d.Next
	if d := r.Deliver(r.event); d.Outcome != "receipt sent, receipt/pi_1 bounced" {
		t.Errorf("outcome %q", d.Outcome)
	}
}

// What the bus could not put into the queue is a dead letter as SES wrote it.
func TestWholeEventOfSESIsAReport(t *testing.T) {
	r := open(t)
	r.send()
	kept := r.body(map[string]any{
		"id": "0f1c", "source": "aws.ses", "detail-type": "Email Bounced", "detail": map[string]any{
			"eventType": "Bounce", "bounce": map[string]any{"bouncedRecipients": []any{map[string]any{"emailAddress": "ada@example.com"}}},
			"mail": map[string]any{"messageId": "m-1", "destination": []string{"ada@example.com"}, "tags": map[string][]string{
				mail.TagAction: {"action"}, mail.TagEvent: {r.event}, mail.TagKey: {mail.EncodeKey(key)},
			}},
		},
	})
	if kept || r.delivery().Outcome != "receipt sent, receipt/pi_1 bounced" {
		t.Errorf("stays in the queue: %t, outcome %q", kept, r.delivery().Outcome)
	}
}

func TestReportAboutAnotherMailIsNotRecorded(t *testing.T) {
	r := open(t)
	before := r.send()
	tags := func(change map[string][]string) map[string][]string {
		all := map[string][]string{mail.TagAction: {"action"}, mail.TagEvent: {r.event}, mail.TagKey: {mail.EncodeKey(key)}}
		for k, v := range change {
			all[k] = v
		}
		return all
	}
	for name, m := range map[string]any{
		"another mail under the key": map[string]any{"type": "Bounce", "id": "m-2", "tags": tags(nil)},
		"another action":             map[string]any{"type": "Bounce", "id": "m-1", "tags": tags(map[string][]string{mail.TagAction: {"other"}})},
		"another effect":             map[string]any{"type": "Bounce", "id": "m-1", "tags": tags(map[string][]string{mail.TagKey: {mail.EncodeKey("receipt/pi_2")}})},
		"another event":              map[string]any{"type": "Bounce", "id": "m-1", "tags": tags(map[string][]string{mail.TagEvent: {"evt_none"}})},
		"two events":                 map[string]any{"type": "Bounce", "id": "m-1", "tags": tags(map[string][]string{mail.TagEvent: {r.event, "evt_2"}})},
		"a key that is none":         map[string]any{"type": "Bounce", "id": "m-1", "tags": tags(map[string][]string{mail.TagKey: {"%%"}})},
		"another type":               map[string]any{"type": "Open", "id": "m-1", "tags": tags(nil)},
		"no tags":                    map[string]any{"type": "Bounce", "id": "m-1"},
		"no object":                  "x",
	} {
		if r.body(m) || r.delivery().Outcome != before.Outcome {
			t.Errorf("%s: outcome %q", name, r.delivery().Outcome)
		}
	}
}

func TestReportWaitsForATableThatCannotBeReached(t *testing.T) {
	for _, name := range []string{"Get", "Effect", "Report", "Delivery", "Amend"} {
		r := open(t)
		r.send()
		r.Store.Fault = func(op memory.Op) memory.Fault {
			if op.Name == name {
				return memory.Refuse(event.ErrThrottled)
			}
			return memory.Fault{}
		}
		if !r.report("Bounce", "m-1") {
			t.Errorf("%s failed, and the report is gone", name)
		}
		r.Store.Fault = nil
		if r.report("Bounce", "m-1") || !strings.Contains(r.delivery().Outcome, "bounced") {
			t.Errorf("after %s: outcome %q", name, r.delivery().Outcome)
		}
	}
}
