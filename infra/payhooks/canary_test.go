package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestPersonalDataIsOnlyInMailsAndSignedBytes(t *testing.T) {
	o := newOperator(t)
	bodies := o.baited()
	o.deliver(bodies)
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultDeny, Count: 2}, aws.Fault{Service: "ses", Kind: aws.FaultLost, Count: 2},
		aws.Fault{Service: "dynamodb", Caller: "ingest", Kind: aws.FaultLost, Count: 5},
		aws.Fault{Service: "dynamodb", Caller: "update-order", Kind: aws.FaultError, Count: 5},
		aws.Fault{Service: "events", Operation: "Deliver", Kind: aws.FaultDeny, Probability: 0.1})
	o.deliver(o.baited())
	o.eventually("a mail is of unknown outcome", func() bool {
		unknown, unreadable, err := event.Collect(event.UnfinishedDeliveries(o.Context(), o.Tables, event.Unknown, time.Now().Add(time.Hour)))
		if err := errors.Join(err, unreadable); err != nil {
			o.Fatal(err)
		}
		return len(unknown) > 0
	})
	o.fault()
	o.refused(bodies[0])
	o.misnamed(bodies[0])
	for name, text := range o.everything() {
		for line := range strings.Lines(text) {
			if canary.MatchString(line) || strings.Contains(line, demoSecret) {
				t.Errorf("%s: %s", name, cli.Clip(line, 1000))
				break
			}
		}
	}
}

// deliver posts the bodies until each is taken, and waits for what comes of it.
func (o *rig) deliver(bodies [][]byte) {
	o.Helper()
	var g errgroup.Group
	g.SetLimit(8)
	for _, body := range bodies {
		g.Go(func() (err error) {
			for range 20 {
				if err = postSigned(o.Context(), o.Local.API+"/webhooks/default", demoSecret, body); err == nil {
					return nil
				}
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		o.Fatal(err)
	}
	o.eventually("every event is on the bus, and every attempt that began is over", func() bool {
		stored, unreadable, err := event.Collect(event.ReceivedBetween(o.Context(), o.Tables, time.Now().Add(-time.Hour), time.Now().Add(time.Hour)))
		if err := errors.Join(err, unreadable); err != nil {
			o.Fatal(err)
		}
		waiting, unreadable, err := event.Collect(event.UnfinishedDeliveries(o.Context(), o.Tables, event.Waiting, time.Now().Add(time.Hour)))
		if err := errors.Join(err, unreadable); err != nil {
			o.Fatal(err)
		}
		return !slices.ContainsFunc(stored, func(s event.Stored) bool { return s.Pending }) &&
			!slices.ContainsFunc(waiting, func(d event.Delivery) bool { return d.Error == "" })
	})
}

// refused posts unsigned requests, and some to unknown endpoints.
func (o *rig) refused(body []byte) {
	o.Helper()
	now := unix(time.Now())
	for _, r := range [][2]string{
		{"/webhooks/default", ""},
		{"/webhooks/default", "t=" + now + ",v1=" + canaryKeys},
		{"/webhooks/default", canaryMail},
		{"/webhooks/default?key=sk_live_canary2&mail=" + canaryMail, webhook.Sign(body, "whsec_canary1", time.Now())},
		{"/webhooks/default?key=sk_live_canary2", webhook.Sign(body, demoSecret, time.Now().Add(-time.Hour))},
	} {
		req, err := http.NewRequestWithContext(o.Context(), http.MethodPost, o.Local.API+r[0], strings.NewReader(string(body)))
		if err != nil {
			o.Fatal(err)
		}
		req.Header.Set("Stripe-Signature", r[1])
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			o.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode/100 != 4 {
			o.Errorf("%s with %q: %s", r[0], r[1], res.Status)
		}
	}
}

// misnamed puts an event under another type on the partner bus.
func (o *rig) misnamed(body []byte) {
	o.Helper()
	bus, err := openBus(o.Context())
	if err != nil {
		o.Fatal(err)
	}
	bus.put(o, "charge.eaten", body)
	o.eventually("it is quarantined", func() bool { return strings.Contains(o.printed.String(), "quarantined:detail_type") })
}

// everything is all that an operator reads of the stack, and what waits in the
// dead letters' queues.
func (o *rig) everything() map[string]string {
	o.Helper()
	all := map[string]string{"the stack's output": o.printed.String()}
	for _, line := range []string{
		"deadletters list --limit 1000", "deadletters redrive", "parked", "parked retry --all", "quarantine list", "events list --limit 100", "replay --since 1h", "notices", "holds",
	} {
		all[line] = o.must(strings.Fields(line)...)
		all[line+" --json"] = o.must(append(strings.Fields(line), "--json")...)
	}
	states := map[event.State]int{}
	stored, unreadable, err := event.Collect(event.ReceivedBetween(o.Context(), o.Tables, time.Now().Add(-time.Hour), time.Now().Add(time.Hour)))
	if err := errors.Join(err, unreadable); err != nil {
		o.Fatal(err)
	}
	for _, s := range stored {
		d, err := o.Operator().Show(o.Context(), s.ID)
		if err != nil {
			o.Fatal(err)
		}
		for _, d := range d.Deliveries {
			states[d.State]++
		}
		all["events show "+s.ID] = o.shown(d, "false") + o.shown(d, "true")
	}
	for _, r := range objects[operator.Item](o.T, all["parked --json"]) {
		all["parked show "+r.Event] = o.must("parked", "show", r.Event, r.Action)
	}
	letters := objects[operator.Item](o.T, all["deadletters list --limit 1000 --json"])
	for _, l := range letters {
		all["dead letters of "+l.Action] = o.messages(l.Action)
	}
	if slices.Contains([]int{states[event.Parked], states[event.Unknown], states[event.Done], len(letters)}, 0) {
		o.Errorf("the canaries met no failure of some kind: %v and %d dead letters", states, len(letters))
	}
	return all
}

// shown is what events show prints, as it is called for so many.
func (o *rig) shown(d *operator.EventDetail, asJSON string) string {
	o.Helper()
	var out bytes.Buffer
	cmd := rootCommand()
	cmd.SetOut(&out)
	err := cmd.ParseFlags([]string{"--json=" + asJSON})
	if err == nil {
		err = printEvent(cmd, d, false)
	}
	if err != nil {
		o.Fatal(err)
	}
	return out.String()
}

// messages are the dead letters of an action as they lie in the queue.
func (o *rig) messages(action string) (text string) {
	o.Helper()
	out, err := sqs.NewFromConfig(o.AWS).ReceiveMessage(o.Context(), &sqs.ReceiveMessageInput{
		QueueUrl:            awssdk.String(o.Local.AWS + "/000000000000/local-" + action + "-dead"),
		MaxNumberOfMessages: 10, VisibilityTimeout: 1, MessageAttributeNames: []string{"All"},
	})
	if err != nil {
		o.Fatal(err)
	}
	for _, m := range out.Messages {
		attributes, err := json.Marshal(m.MessageAttributes)
		if err != nil {
			o.Fatal(err)
		}
		text += *m.Body + string(attributes) + "\n"
	}
	return text
}
