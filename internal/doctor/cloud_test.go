package doctor

import (
	"strings"
	"testing"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"go.uber.org/goleak"

	"github.com/payhooks/payhooks/internal/cloudformation"
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/doctor/calls"
	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/lambdacall"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cloud is an account of AWS with the stack "shop" in it.
type cloud struct {
	stacks     []cloudformation.Stack
	resources  map[string][]cloudformation.Resource // by stack
	secrets    map[string]string
	identities map[string]bool // verified or not
	account    calls.MailAccount
	limit      lambdacall.AccountLimit
	functions  map[string]lambdacall.Configuration
	mappings   []lambdacall.Mapping
	subscribed []calls.Subscription
	tables     map[string]*table
	shards     []calls.Shard
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
	status              string
	encryption          ddb.SSEDescription
	archive             ddb.ArchivalSummary
}

// healthy is an account in which nothing is to be found.
func healthy() *cloud {
	c := &cloud{
		secrets:    map[string]string{"shop/webhooks/default": "whsec_a, whsec_b", "shop/stripe": "rk_live_a", "shop/slack": "https://hooks.example/a"},
		identities: map[string]bool{"example.com": true},
		account:    calls.MailAccount{SendingEnabled: true, ProductionAccessEnabled: true},
		limit:      lambdacall.AccountLimit{ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000},
		functions:  map[string]lambdacall.Configuration{"shop-Ingest": {State: "Active"}, "shop-Nested": {State: "Active"}},
		subscribed: []calls.Subscription{{ARN: "arn:aws:sns:eu-west-1:1:shop-alarms:1"}},
		tables:     map[string]*table{},
		shards:     make([]calls.Shard, 4),
		rules:      []event.Rule{{Action: "send-receipt"}, {Action: "update-order"}},
		reply:      delivery.ProbeReply{Get: delivery.Denied, Transact: delivery.Denied, Own: delivery.Allowed},
		errs:       map[string]error{},
		registered: []Registration{{Endpoint: "default", ID: "we_1"}},
		alarm:      alarmState{states: map[string]string{"shop-conflict": "OK"}, action: "Succeeded", took: 2},
		resources:  map[string][]cloudformation.Resource{},
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
		c.tables["shop-"+name] = &table{protected: true, recovers: true, expires: "expires", status: "ACTIVE"}
	}
	c.mapping("arn:aws:dynamodb:eu-west-1:1:table/shop-events/stream/2026", "Enabled")
	c.mapping("arn:aws:sqs:eu-west-1:1:shop-send-receipt", "Enabled")
	c.mapping("arn:aws:sqs:eu-west-1:1:shop-update-order", "Enabled")
	return c
}

// stack adds a stack with parameters NAME=VALUE.
func (c *cloud) stack(name string, status cfn.StackStatus, parameters ...string) {
	s := cloudformation.Stack{Name: name, Status: string(status), Description: "payhooks - of a test", Parameters: cloudformation.Values{}}
	for _, p := range parameters {
		k, v, _ := strings.Cut(p, "=")
		s.Parameters[k] = v
	}
	c.stacks = append(c.stacks, s)
}

// set changes a parameter of the stack.
func (c *cloud) set(name, value string) {
	c.stacks[0].Parameters[name] = value
}

func (c *cloud) resource(stack, kind, name string) {
	c.resources[stack] = append(c.resources[stack], cloudformation.Resource{Kind: kind, Name: name})
}

func (c *cloud) mapping(source, state string) {
	c.mappings = append(c.mappings, lambdacall.Mapping{EventSourceArn: source, State: state, UUID: "uuid-" + source})
}

// findings runs the doctor over the account.
func (c *cloud) findings(t *testing.T) []Finding {
	t.Helper()
	d := &Doctor{Stack: "shop", Caller: c, Stacks: c, Secrets: c.secret, Mail: c, Lambda: c, Mappings: c, Topics: c, Tables: c, Streams: c, Rules: c, Functions: c, Registered: c, Alarms: c, Pause: c.pause}
	var all []Finding
	for f := range d.Findings(t.Context(), true) {
		all = append(all, f)
	}
	return all
}
