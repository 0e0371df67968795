package aws_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/payhooks/payhooks/infra/local/aws"
)

func entry(kind, detail string) types.PutEventsRequestEntry {
	return types.PutEventsRequestEntry{
		EventBusName: awssdk.String("local"), Source: awssdk.String("payhooks"),
		DetailType: &kind, Detail: &detail, Time: awssdk.Time(time.Unix(1795348800, 0)),
	}
}

func publish(t *testing.T, c *eventbridge.Client, entries ...types.PutEventsRequestEntry) *eventbridge.PutEventsOutput {
	t.Helper()
	return must(c.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: entries}))(t)
}

func TestAnEventReachesTheQueuesWhoseRulesSelectItBeforeTheAnswer(t *testing.T) {
	r := start(t)
	out := publish(t, r.bus(t, operator),
		entry("charge.succeeded", `{"id":"evt_1"}`),
		entry("charge.succeeded", `{"id":"evt_2","only":"worker"}`),
		entry("charge.succeeded", `{"id":"evt_3","only":"someone-else"}`),
		entry("charge.failed", `{"id":"evt_4"}`),
		entry("charge.succeeded", `not json`),
	)
	if out.FailedEntryCount != 1 || awssdk.ToString(out.Entries[4].ErrorCode) != "MalformedDetail" || out.Entries[0].EventId == nil {
		t.Errorf("answer %+v", out)
	}
	got := receive(t, r.sqs(t, operator), work)
	if len(got) != 2 {
		t.Fatalf("%d messages, want evt_1 and evt_2", len(got))
	}
	var event struct {
		Version, ID, Source, Account, Time, Region string
		DetailType                                 string `json:"detail-type"`
		Resources                                  []string
		Detail                                     struct{ ID string }
	}
	if err := json.Unmarshal([]byte(*got[0].Body), &event); err != nil {
		t.Fatal(err)
	}
	if event.Version != "0" || event.ID != *out.Entries[0].EventId || event.DetailType != "charge.succeeded" ||
		event.Time != "2026-11-22T12:00:00Z" || event.Region != region || event.Account != account || event.Resources == nil || event.Detail.ID != "evt_1" {
		t.Errorf("event %+v", event)
	}
}

func TestAQueueThatRefusesTheBusSendsTheEventToTheDeadLetters(t *testing.T) {
	r := start(t, func(s *aws.Server) { s.Stack.Queues[0].Policy = nil })
	publish(t, r.bus(t, operator), entry("charge.succeeded", `{"id":"evt_1"}`))
	c := r.sqs(t, operator)
	dead := receive(t, c, queueURL("local-bus-dead"))
	if len(dead) != 1 || !strings.Contains(*dead[0].Body, "evt_1") {
		t.Fatalf("dead letters %+v", dead)
	}
	a := dead[0].MessageAttributes
	if awssdk.ToString(a["ERROR_CODE"].StringValue) != "NO_PERMISSIONS" || awssdk.ToString(a["RULE_ARN"].StringValue) != arn("events", "rule/local/worker") {
		t.Errorf("attributes %+v", a)
	}
	if len(receive(t, c, work)) != 0 {
		t.Error("the queue took it all the same")
	}
}

func TestADeliveryThatFailsIsTriedAgainAlsoAfterARestart(t *testing.T) {
	r := start(t)
	fault := aws.Fault{Service: "events", Operation: "Deliver", Kind: aws.FaultError}
	if err := r.SetFaults(aws.Faults{Faults: []aws.Fault{fault}}); err != nil {
		t.Fatal(err)
	}
	publish(t, r.bus(t, operator), entry("charge.succeeded", `{"id":"evt_1"}`))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r.boot(t)
	q := must(r.Queue(arn("sqs", "local-worker")))(t)
	got := must(q.Receive(t.Context(), aws.Receive{Wait: 10 * time.Second, Visibility: -1}))(t)
	if len(got) != 1 || !strings.Contains(got[0].Body, "evt_1") {
		t.Errorf("received %+v", got)
	}
}

func TestADeliveryThatFailsTooOftenGoesToTheDeadLetters(t *testing.T) {
	r := start(t, func(s *aws.Server) { s.Stack.Rules[0].Targets[0].MaxRetries = 1 })
	if err := r.SetFaults(aws.Faults{Faults: []aws.Fault{{Service: "events", Operation: "Deliver", Kind: aws.FaultThrottle}}}); err != nil {
		t.Fatal(err)
	}
	publish(t, r.bus(t, operator), entry("charge.succeeded", `{"id":"evt_1"}`))
	out := must(r.sqs(t, operator).ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: queueURL("local-bus-dead"), WaitTimeSeconds: 10, MessageAttributeNames: []string{"All"},
	}))(t)
	if len(out.Messages) != 1 || awssdk.ToString(out.Messages[0].MessageAttributes["RETRY_ATTEMPTS"].StringValue) != "1" {
		t.Errorf("dead letters %+v", out.Messages)
	}
}

func TestRulesAndTheirTargetsAreListedInPages(t *testing.T) {
	r := start(t, func(s *aws.Server) {
		second := s.Stack.Rules[0]
		second.Name = "another"
		s.Stack.Rules = append(s.Stack.Rules, second)
	})
	c := r.bus(t, operator)
	in := &eventbridge.ListRulesInput{EventBusName: awssdk.String("local"), Limit: awssdk.Int32(1)}
	var names []string
	for {
		out := must(c.ListRules(t.Context(), in))(t)
		for _, rule := range out.Rules {
			names = append(names, *rule.Name)
			if !strings.Contains(*rule.EventPattern, "charge.succeeded") || rule.State != types.RuleStateEnabled {
				t.Errorf("rule %+v", rule)
			}
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if strings.Join(names, " ") != "worker another" {
		t.Errorf("rules %v", names)
	}
	targets := must(c.ListTargetsByRule(t.Context(), &eventbridge.ListTargetsByRuleInput{EventBusName: awssdk.String("local"), Rule: awssdk.String("worker")}))(t)
	if len(targets.Targets) != 1 || *targets.Targets[0].Arn != arn("sqs", "local-worker") || *targets.Targets[0].RetryPolicy.MaximumRetryAttempts != 3 {
		t.Errorf("targets %+v", targets.Targets)
	}
}

func TestTooManyOrTooLargeEntriesAreRefusedAsAWhole(t *testing.T) {
	r := start(t)
	c := r.bus(t, operator)
	_, err := c.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: make([]types.PutEventsRequestEntry, 11)})
	wantCode(t, err, "ValidationException", "1 to 10")
	big := `{"x":"` + strings.Repeat("x", 256<<10) + `"}`
	_, err = c.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry("charge.succeeded", big)}})
	wantCode(t, err, "ValidationException", "over the limit")
}

func TestARuleThatTheBusDoesNotUnderstandStopsTheStart(t *testing.T) {
	for want, edit := range map[string]func(*aws.Server){
		`"wildcard" is not known`: func(s *aws.Server) { s.Stack.Rules[0].Pattern = `{"source":[{"wildcard":"a*"}]}` },
		"is no queue":             func(s *aws.Server) { s.Stack.Rules[0].Targets[0].ARN = arn("lambda", "function:f") },
		"DateGreaterThan is not known": func(s *aws.Server) {
			s.Stack.Roles[workerRole].Policies[0].Statements[0].Conditions = map[string]map[string][]string{"DateGreaterThan": {"aws:CurrentTime": {"2026"}}}
		},
		"NEW_AND_OLD_IMAGES": func(s *aws.Server) { s.Stack.Tables[0].View = "NEW_AND_OLD_IMAGES" },
	} {
		r := &rig{dir: t.TempDir()}
		s := &aws.Server{Stack: newStack(), Engine: newClient(), DataDir: r.dir}
		edit(s)
		if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
