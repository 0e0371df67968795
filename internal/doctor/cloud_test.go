package doctor

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	cw "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	fn "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	topics "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"go.uber.org/goleak"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cloud is an account of AWS with the stack "shop" in it. Its lists come in
// pages of one.
type cloud struct {
	stacks     []cfn.Stack
	resources  map[string][]cfn.StackResourceSummary // by stack
	secrets    map[string]string
	identities map[string]bool // verified or not
	account    sesv2.GetAccountOutput
	limit      fn.AccountLimit
	functions  map[string]lambda.GetFunctionConfigurationOutput
	mappings   []fn.EventSourceMappingConfiguration
	subscribed []topics.Subscription
	tables     map[string]*table
	shards     []streams.Shard
	rules      []event.Rule
	reply      delivery.ProbeReply
	invoked    string
	registered []Registration
	alarm      alarmState
	posts      []string // who posts to API Gateway's own URL
	// errs are what calls fail with, by the name of the call.
	errs map[string]error
}

type table struct {
	protected, recovers bool
	expires             string
	status              ddb.TableStatus
	encryption          *ddb.SSEDescription
	archive             *ddb.ArchivalSummary
}

// healthy is an account in which nothing is to be found.
func healthy() *cloud {
	c := &cloud{
		secrets:    map[string]string{"shop/webhooks/default": "whsec_a, whsec_b", "shop/stripe": "rk_live_a", "shop/slack": "https://hooks.example/a"},
		identities: map[string]bool{"example.com": true},
		account:    sesv2.GetAccountOutput{SendingEnabled: true, ProductionAccessEnabled: true},
		limit:      fn.AccountLimit{ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: aws.Int32(1000)},
		functions:  map[string]lambda.GetFunctionConfigurationOutput{"shop-Ingest": {State: fn.StateActive}, "shop-Nested": {State: fn.StateActive}},
		subscribed: []topics.Subscription{{SubscriptionArn: aws.String("arn:aws:sns:eu-west-1:1:shop-alarms:1")}},
		tables:     map[string]*table{},
		shards:     make([]streams.Shard, 4),
		rules:      []event.Rule{{Action: "send-receipt"}, {Action: "update-order"}},
		reply:      delivery.ProbeReply{Get: delivery.Denied, Transact: delivery.Denied, Own: delivery.Allowed},
		errs:       map[string]error{},
		registered: []Registration{{Endpoint: "default", ID: "we_1"}},
		alarm:      alarmState{states: map[string]cw.StateValue{"shop-conflict": cw.StateValueOk}, action: "Succeeded", took: 2},
		resources:  map[string][]cfn.StackResourceSummary{},
	}
	c.stack("shop", cfn.StackStatusUpdateComplete, "Endpoints=default=live", "Mail=always", "MailFrom=shop@example.com", "AlarmEmail=a@example.com", "DispatchParallelism=2")
	c.stack("shop-data", cfn.StackStatusCreateComplete, "Stack=shop", "Protection=on")
	c.stack("other", cfn.StackStatusCreateComplete)
	c.resource("shop", kindFunction, "shop-Ingest")
	c.resource("shop", kindTopic, "arn:aws:sns:eu-west-1:1:shop-notices")
	c.resource("shop", kindTopic, "arn:aws:sns:eu-west-1:1:shop-alarms")
	c.resource("shop", kindStack, "arn:nested")
	c.resource("arn:nested", kindFunction, "shop-Nested")
	for _, name := range []string{"events", "quarantine", "deliveries", "cursors", "orders"} {
		c.resource("shop-data", kindTable, "shop-"+name)
		c.tables["shop-"+name] = &table{protected: true, recovers: true, expires: "expires", status: ddb.TableStatusActive}
	}
	c.mapping("arn:aws:dynamodb:eu-west-1:1:table/shop-events/stream/2026", "Enabled")
	c.mapping("arn:aws:sqs:eu-west-1:1:shop-send-receipt", "Enabled")
	c.mapping("arn:aws:sqs:eu-west-1:1:shop-update-order", "Enabled")
	return c
}

// stack adds a stack with parameters NAME=VALUE.
func (c *cloud) stack(name string, status cfn.StackStatus, parameters ...string) {
	s := cfn.Stack{StackName: aws.String(name), StackStatus: status, Description: aws.String("payhooks - of a test")}
	for _, p := range parameters {
		k, v, _ := strings.Cut(p, "=")
		s.Parameters = append(s.Parameters, cfn.Parameter{ParameterKey: aws.String(k), ParameterValue: aws.String(v)})
	}
	c.stacks = append(c.stacks, s)
}

// set changes a parameter of the stack.
func (c *cloud) set(name, value string) {
	c.stacks[0].Parameters = append(c.stacks[0].Parameters, cfn.Parameter{ParameterKey: aws.String(name), ParameterValue: aws.String(value)})
}

func (c *cloud) resource(stack, kind, name string) {
	c.resources[stack] = append(c.resources[stack], cfn.StackResourceSummary{ResourceType: aws.String(kind), PhysicalResourceId: aws.String(name)})
}

func (c *cloud) mapping(source, state string) {
	c.mappings = append(c.mappings, fn.EventSourceMappingConfiguration{EventSourceArn: aws.String(source), State: aws.String(state), UUID: aws.String("uuid-" + source)})
}

// findings runs the doctor over the account.
func (c *cloud) findings(t *testing.T) []Finding {
	t.Helper()
	d := &Doctor{Stack: "shop", Caller: c, Stacks: c, Secrets: c, Mail: c, Lambda: c, Mappings: c, Topics: c, Tables: c, Streams: c, Rules: c, Functions: c, Registered: c, Alarms: c, Pause: c.pause}
	var all []Finding
	for f := range d.Findings(t.Context(), true) {
		all = append(all, f)
	}
	return all
}
