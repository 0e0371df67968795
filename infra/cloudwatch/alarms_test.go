package cloudwatch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/infra/cloudwatch"
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// condition is what an alarm is for. It begins in a stack that is well, and ends.
type condition struct {
	alarm string
	begin func(*stand) // and what goes on while it lasts
	each  func(*stand, int)
	end   func(*stand)
	quiet bool // no other events
	// within are the minutes after which the alarm must have gone off; 0 is 20.
	within int
	// clears are the minutes within which it must be OK after the end; 0 is 60.
	clears int
}

// odd is a signed body.
func odd(s *stand, text string) int {
	return s.post([]byte(text), webhook.Sign([]byte(text), s.secret, s.now), 1)
}

func failing(op string) func(*stand) {
	return func(s *stand) {
		s.store.Fault = func(o memory.Op) memory.Fault {
			if o.Name == op {
				return memory.Refuse(memory.ErrUnavailable)
			}
			return memory.Fault{}
		}
	}
}

func works(s *stand) {
	s.store.Fault, s.bus.Fault = nil, nil
	s.off, s.crash = map[string]bool{}, map[string]bool{}
	s.lost, s.books = false, false
	s.fn = func(context.Context, *action.Event[json.RawMessage]) error { return nil }
}

func off(name string) func(*stand) { return func(s *stand) { s.off[name] = true } }

func crashes(name string) func(*stand) { return func(s *stand) { s.crash[name] = true } }

func loses(s *stand) { s.lost = true }

// fails has the action fail with an error.
func fails(err error) func(*stand) {
	return func(s *stand) { s.fn = func(context.Context, *action.Event[json.RawMessage]) error { return err } }
}

// noBus refuses every entry.
func noBus(s *stand) {
	s.bus.Fault = func(o memory.Op) memory.Fault {
		if o.Name == "Publish" {
			return memory.Refuse(memory.ErrUnavailable)
		}
		return memory.Fault{}
	}
}

// handled discards what is parked or unknown.
func handled(state event.State) func(*stand) {
	return func(s *stand) {
		works(s)
		for n := range event.UnfinishedShards {
			page, err := s.store.Unfinished(s.Context(), event.Unfinished{State: state, Shard: n, Before: s.now.AddDate(1, 0, 0), Limit: 1000})
			s.must(err)
			for _, d := range page.Items {
				s.must(s.store.Discard(s.Context(), event.DeliveryRef{Action: d.Action, Event: d.Event}, s.now, "operator"))
			}
		}
	}
}

// discardAll empties the quarantine.
func discardAll(s *stand) {
	all, _, err := event.Collect(s.store.Quarantine().All(s.Context()))
	s.must(err)
	for _, q := range all {
		s.must(s.store.Quarantine().Discard(s.Context(), q.Endpoint, q.ID))
	}
}

// mails is the function that records what SES reports about mails.
const mails = "record-mail"

// once runs in one second.
func once(at int, do func(*stand)) func(*stand, int) {
	return func(s *stand, second int) {
		if second == at {
			do(s)
		}
	}
}

// throttles has a client of DynamoDB meet a table that throttles.
func throttles(s *stand) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}`)
	}))
	defer srv.Close()
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), RetryMaxAttempts: 1,
	}, dynamo.Counting(&s.counts))
	_, _ = client.GetItem(s.Context(), &dynamodb.GetItemInput{TableName: aws.String("shop-events"), Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "a"}}})
	_ = s.invoke("dispatch", func(context.Context) error { return nil })
}

// conditions are one for each alarm.
func conditions() []condition {
	all := []condition{
		{alarm: "too-large", each: once(5, func(s *stand) { odd(s, strings.Repeat(" ", webhook.MaxBody+1)) })},
		{alarm: "conflict", each: once(5, func(s *stand) {
			id, body := s.happen()
			s.post(body, webhook.Sign(body, s.secret, s.now), 1)
			other := stripetest.Event{ID: id, Type: "charge.refunded", Version: stripetest.Older, Created: s.now.Add(-time.Hour), Object: stripetest.Object{"id": "ch_0", "object": "charge"}}.Body()
			s.post(other, webhook.Sign(other, s.secret, s.now), 1)
		})},
		{alarm: "not-stored", begin: failing("Put")},
		{alarm: "ingest-errors", begin: crashes("ingest")},
		{alarm: "undelivered", each: once(5, func(s *stand) {
			id, _ := s.happen()
			s.must(s.stripe.Delivered("", id, false))
		})},
		{alarm: "refused", begin: func(s *stand) { s.secret = "whsec_rolled" }, end: func(s *stand) { s.secret = "whsec_right" }, within: 25},
		{alarm: "edge-throttled", each: func(s *stand, _ int) { s.post([]byte("{}"), "", 600) }},
		{alarm: "gap", begin: func(s *stand) { s.now = s.now.Add(40 * 24 * time.Hour) }},
		{alarm: "silence", quiet: true, within: 150},
		{alarm: "published", begin: off("dispatch")},
		{alarm: "reconcile-stopped", begin: off("reconcile")},
		{alarm: "lag-due", begin: failing("Unfinished"), within: 45, clears: 120},
		{alarm: "lag-pending", begin: noBus, within: 45},
		{alarm: "lag-unrecorded", begin: func(s *stand) { loses(s); failing("Ensure")(s) }, within: 45, clears: 120},
		{alarm: "lag-missing", begin: off("stripe"), within: 100, clears: 120},
		{alarm: "throttled", each: once(5, throttles)},
		{alarm: "parked", begin: fails(action.Permanent(errors.New("no such order"))), end: handled(event.Parked)},
		{alarm: "unknown", begin: func(s *stand) {
			s.fn = func(ctx context.Context, e *action.Event[json.RawMessage]) error {
				_, err := action.Outside(ctx, e, "mail/"+e.ID, func(context.Context) (string, error) { return "", errors.New("connection lost") })
				return err
			}
		}, end: handled(event.Unknown)},
		{alarm: "quarantined", each: once(5, func(s *stand) { odd(s, `{"object":"event","type":"charge.succeeded"}`) }), end: discardAll},
		{alarm: "dead", begin: func(s *stand) { crashes(churn)(s); s.queues[churn].MaxReceives = 3 }, end: func(s *stand) {
			works(s)
			s.minutes(5) // until the queue has given up what it will
			for _, m := range s.queues[churn].DeadLetter.Messages() {
				s.must(s.queues[churn].Send(s.Context(), m.Body, 0)) // redriven
			}
			s.queues[churn].DeadLetter = &memory.Queue{Now: s.clock}
		}},
		{alarm: "overdue", begin: fails(errors.New("not today")), each: func(s *stand, _ int) {
			if s.now.Minute() == 45 {
				off(churn)(s)
			}
		}, within: 120},
		{alarm: "lag-books", begin: func(s *stand) { s.books = true }, within: 70},
	}
	// The sample shop's: what its function logs for each report of SES.
	for _, report := range []string{"bounced", "complained", "rejected"} {
		all = append(all, condition{alarm: mails + "-" + report, clears: 180, each: once(5, func(s *stand) {
			for range 10 {
				s.log(mails).Warn("mail report", "reason", report)
			}
		})})
	}
	for _, bus := range []string{"bus", "partner-bus"} {
		all = append(all, condition{alarm: bus + "-key", each: once(59, func(s *stand) {
			s.watch.Metrics.Add(cloudwatch.Named("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", stack+"-"+bus+"-dead"), s.now, 1, 1)
		})})
	}
	for _, name := range []string{churn, bridge} {
		all = append(all,
			condition{alarm: name + "-queue-age", begin: off(name)},
			condition{alarm: name + "-lost", begin: loses, clears: 120},
			condition{alarm: name + "-errors", begin: crashes(name)},
		)
	}
	return all
}

func TestEachAlarmGoesOffForItsConditionAndClears(t *testing.T) {
	for _, c := range conditions() {
		t.Run(c.alarm, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			if s.watch.Alarm(stack+"-"+c.alarm) == nil {
				t.Skip("the stack has no such alarm") // the shop's
			}
			s.settle()
			each := []func(int){}
			if !c.quiet {
				each = append(each, s.traffic)
			}
			during := each
			if c.each != nil {
				during = append([]func(int){func(second int) { c.each(s, second) }}, each...)
			}
			if c.begin != nil {
				c.begin(s)
			}
			minutes := 0
			for ; !s.red(c.alarm) && minutes < max(c.within, 20*b2i(c.within == 0)); minutes++ {
				s.minutes(1, during...)
			}
			if !s.red(c.alarm) {
				t.Fatalf("after %d minutes it is %s, red are %q", minutes, s.watch.Alarm(stack+"-"+c.alarm).State, s.watch.Red(stack))
			}
			t.Logf("red after %d minutes, with %q", minutes, s.watch.Red(stack))
			if c.end == nil {
				c.end = works
			}
			c.end(s)
			minutes = 0
			for ; s.red(c.alarm) && minutes < max(c.clears, 60*b2i(c.clears == 0)); minutes++ {
				s.minutes(1, s.traffic)
			}
			if s.red(c.alarm) {
				t.Fatalf("%d minutes after its end it is still %s", minutes, s.watch.Alarm(stack+"-"+c.alarm).State)
			}
			t.Logf("clear after %d minutes", minutes)
		})
	}
}

func b2i(v bool) int {
	if v {
		return 1
	}
	return 0
}

// An action's alarms are those of the template that all actions have.
func TestEachAlarmHasACondition(t *testing.T) {
	driven := map[string]bool{}
	for _, c := range conditions() {
		driven[c.alarm] = true
	}
	seen := 0
	for _, a := range newStand(t).watch.Alarms {
		name := strings.TrimPrefix(a.AlarmName, stack+"-")
		ofAction := slices.ContainsFunc([]string{"-queue-age", "-lost", "-errors"}, func(kind string) bool {
			return strings.HasSuffix(name, kind) && driven[churn+kind] && a.ID == map[string]string{"-queue-age": "QueueAge", "-lost": "Lost", "-errors": "Errors"}[kind]
		})
		if seen++; !driven[name] && !ofAction {
			t.Errorf("nothing drives the alarm %s", name)
		}
	}
	if seen < 25 {
		t.Errorf("the templates have %d alarms", seen)
	}
}

func TestNothingGoesOffWhenAStackIsMade(t *testing.T) {
	s := newStand(t)
	s.happen() // before there was an endpoint
	s.minutes(15)
	if len(s.pages()) > 0 || len(s.watch.Red(stack)) > 0 {
		t.Errorf("without an event it said %v", s.pages())
	}
	s.minutes(60, s.traffic)
	if len(s.pages()) > 0 || len(s.watch.Red(stack)) > 0 {
		t.Errorf("with its first events it said %v", s.pages())
	}
}

// outsiders are what anybody may do, all the time.
func TestNothingGoesOffForWhatAnybodyCanPost(t *testing.T) {
	junk := []byte(`{"id":"evt_1","object":"event"}`)
	for name, each := range map[string]func(*stand, int){
		"an unsigned flood":            func(s *stand, _ int) { s.post(junk, "", 600) },
		"a flood of another's secret":  func(s *stand, _ int) { s.post(junk, webhook.Sign(junk, "whsec_other", s.now), 600) },
		"requests of another's secret": func(s *stand, _ int) { s.post(junk, webhook.Sign(junk, "whsec_other", s.now), 5) },
		"old requests of Stripe's":     func(s *stand, _ int) { s.post(junk, webhook.Sign(junk, s.secret, s.now.Add(-time.Hour)), 5) },
		"large bodies": func(s *stand, second int) {
			large := bytes.Repeat([]byte(" "), webhook.MaxBody+1)
			if second%20 == 0 {
				s.post(large, webhook.Sign(large, "whsec_other", s.now), 5)
			}
		},
	} {
		for _, quiet := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, quiet %t", name, quiet), func(t *testing.T) {
				t.Parallel()
				s := newStand(t)
				s.settle()
				s.minutes(20, func(second int) {
					// What Stripe posts comes first in its second: the flood takes none of it.
					if !quiet {
						s.traffic(second)
					}
					each(s, second)
				})
				if red := s.watch.Red(stack); len(red) > 0 || len(s.pages()) > 0 {
					t.Errorf("red are %q, said %v", red, s.pages())
				}
			})
		}
	}
}

func TestOneThingThatStopsRaisesItsOneAlarm(t *testing.T) {
	for what, c := range map[string]struct {
		begin func(*stand)
		want  []string
	}{
		"reconcile's schedule":     {off("reconcile"), []string{"reconcile-stopped"}},
		"dispatch's mapping":       {off("dispatch"), []string{"published"}},
		"the mapping of an action": {off(churn), []string{churn + "-queue-age"}},
		// Its events are not stored, so reconcile finds them at Stripe.
		"the mapping of the partner bus": {off(bridge), []string{"undelivered", bridge + "-queue-age"}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newStand(t)
			s.settle()
			c.begin(s)
			s.minutes(20, s.traffic)
			if red := s.watch.Red(stack); !slices.Equal(slices.Sorted(slices.Values(red)), slices.Sorted(slices.Values(c.want))) || len(s.pages()) != len(c.want) {
				t.Errorf("red are %q, said %v, expected %q once", red, s.pages(), c.want)
			}
		})
	}
}
