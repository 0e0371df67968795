package aws_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/template"
)

const partner = "aws.partner/stripe.com/ed_local"

// withPartner adds a partner's bus, whose rule fills the worker's queue too.
func withPartner(s *aws.Server) {
	rule := s.Stack.Rules[0]
	rule.Name, rule.Bus, rule.ARN = "partner", partner, arn("events", "rule/"+partner+"/partner")
	rule.Pattern = `{"source":["` + partner + `"]}`
	s.Stack.Rules = append(s.Stack.Rules, rule)
	s.Stack.Buses = append(s.Stack.Buses, template.Bus{Name: partner, ARN: arn("events", "event-bus/"+partner), Source: partner})
	for i := range s.Stack.Queues {
		s.Stack.Queues[i].Policy.Statements[0].Conditions["ArnEquals"]["aws:SourceArn"] = []string{arn("events", "rule/local/worker"), rule.ARN}
	}
}

func partnerEntry(source, kind, detail string) types.PutPartnerEventsRequestEntry {
	return types.PutPartnerEventsRequestEntry{Source: &source, DetailType: &kind, Detail: &detail, Time: awssdk.Time(time.Unix(1795348800, 0))}
}

func TestPartnersEventIsDeliveredWithItsDetailUnchanged(t *testing.T) {
	r := start(t, withPartner)
	const detail = "{ \"id\" : \"evt_1\",\n\t\"n\": 1.0e2, \"name\": \"\\u00e9 é <&>\" }"
	out := must(r.bus(t, operator).PutPartnerEvents(t.Context(), &eventbridge.PutPartnerEventsInput{Entries: []types.PutPartnerEventsRequestEntry{
		partnerEntry(partner, "charge.succeeded", detail),
	}}))(t)
	got := receive(t, r.sqs(t, operator), work)
	if len(got) != 1 || out.FailedEntryCount != 0 {
		t.Fatalf("%d messages, answer %+v", len(got), out)
	}
	var event struct {
		Version, ID, Source, Account, Time, Region string
		DetailType                                 string `json:"detail-type"`
		Resources                                  []string
		Detail                                     json.RawMessage
	}
	if err := json.Unmarshal([]byte(*got[0].Body), &event); err != nil {
		t.Fatal(err)
	}
	if event.Version != "0" || event.ID != *out.Entries[0].EventId || event.DetailType != "charge.succeeded" || event.Source != partner ||
		event.Time != "2026-11-22T12:00:00Z" || event.Region != region || event.Account != account || string(event.Detail) != detail ||
		!slices.Equal(event.Resources, []string{"arn:aws:events:us-east-1::event-source/" + partner}) {
		t.Errorf("event %+v", event)
	}
}

func TestOnlyPartnerPutsEventsOnItsBus(t *testing.T) {
	r := start(t, withPartner, func(s *aws.Server) {
		s.Stack.Roles[workerRole].Policies[0].Statements[0] = template.Statement{Effect: "Allow", Actions: []string{"events:*"}, Resources: []string{"*"}}
	})
	in := &eventbridge.PutPartnerEventsInput{Entries: []types.PutPartnerEventsRequestEntry{partnerEntry(partner, "charge.succeeded", `{}`)}}
	_, err := r.bus(t, worker).PutPartnerEvents(t.Context(), in)
	wantCode(t, err, "AccessDeniedException", "worker", "partner's call")

	onPartner, asPartner := entry("charge.succeeded", `{}`), entry("charge.succeeded", `{}`)
	onPartner.EventBusName = awssdk.String(arn("events", "event-bus/"+partner))
	asPartner.Source = awssdk.String(partner)
	out := publish(t, r.bus(t, operator), onPartner, asPartner)
	if awssdk.ToString(out.Entries[0].ErrorCode) != "InvalidArgument" || awssdk.ToString(out.Entries[1].ErrorCode) != "NotAuthorizedForSource" {
		t.Errorf("answer %+v", out.Entries)
	}
	if got := receive(t, r.sqs(t, operator), work); len(got) != 0 {
		t.Errorf("%d messages were delivered", len(got))
	}
}

func TestPartnersEntryIsCheckedAlone(t *testing.T) {
	r := start(t, withPartner)
	c := r.bus(t, operator)
	out := must(c.PutPartnerEvents(t.Context(), &eventbridge.PutPartnerEventsInput{Entries: []types.PutPartnerEventsRequestEntry{
		partnerEntry("aws.partner/stripe.com/ed_other", "charge.succeeded", `{}`),
		partnerEntry(partner, "charge.succeeded", `[]`),
		partnerEntry(partner, "charge.succeeded", ``),
		partnerEntry(partner, "charge.succeeded", `{"x":"`+strings.Repeat("x", 1<<20)+`"}`),
		partnerEntry(partner, "charge.succeeded", `{"x":"`+strings.Repeat("x", 300<<10)+`"}`),
	}}))(t)
	for i, want := range []string{"ResourceNotFoundException", "MalformedDetail", "InvalidArgument", "InvalidArgument", ""} {
		if got := awssdk.ToString(out.Entries[i].ErrorCode); got != want {
			t.Errorf("entry %d: %q, want %q", i, got, want)
		}
	}
	if got := receive(t, r.sqs(t, operator), work); len(got) != 1 || out.FailedEntryCount != 4 {
		t.Errorf("%d messages, %d entries failed", len(got), out.FailedEntryCount)
	}
	_, err := c.PutPartnerEvents(t.Context(), &eventbridge.PutPartnerEventsInput{Entries: make([]types.PutPartnerEventsRequestEntry, 21)})
	wantCode(t, err, "ValidationException", "1 to 20")
}

func TestRulesOfPartnerBusAreNotOfTheStacksBus(t *testing.T) {
	r := start(t, withPartner)
	c := r.bus(t, operator)
	for bus, want := range map[string]string{"local": "worker", partner: "partner", arn("events", "event-bus/"+partner): "partner", "ed_local": ""} {
		out := must(c.ListRules(t.Context(), &eventbridge.ListRulesInput{EventBusName: &bus}))(t)
		var names []string
		for _, rule := range out.Rules {
			names = append(names, *rule.Name)
		}
		if strings.Join(names, " ") != want {
			t.Errorf("bus %s has the rules %v, want %q", bus, names, want)
		}
	}
}
