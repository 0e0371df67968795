package doctor

import (
	"testing"

	fn "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/payhooks/payhooks/internal/event"
)

func TestTablesAreProtectedRecoverableAndExpire(t *testing.T) {
	expectFindings(t, []broken{
		{"not protected", func(c *cloud) { c.tables["shop-orders"].protected = false }, "table shop-orders", Failed, "no deletion protection", "sam deploy --config-env data --stack-name shop-data --parameter-overrides Stack=shop Protection=on"},
		{"not recoverable", func(c *cloud) { c.tables["shop-events"].recovers = false }, "table shop-events", Failed, "no point-in-time recovery", "aws dynamodb update-continuous-backups --table-name shop-events"},
		{"kept for ever", func(c *cloud) { c.tables["shop-deliveries"].expires = "" }, "table shop-deliveries", Failed, "no time to live", "aws dynamodb update-time-to-live --table-name shop-deliveries"},
		{"by another attribute", func(c *cloud) { c.tables["shop-events"].expires = "created" }, "table shop-events", Failed, "no time to live", "AttributeName=expires"},
		{"state has no expiry", func(c *cloud) { c.tables["shop-orders"].expires = "" }, "tables", OK, "5 tables", ""},
		{"being deleted", func(c *cloud) { c.tables["shop-orders"].status = "DELETING" }, "table shop-orders", Failed, "is DELETING", "describe-table --table-name shop-orders"},
		{"deleted", func(c *cloud) { delete(c.tables, "shop-orders") }, "table shop-orders", Failed, "deleted outside", "restore it"},
		{"not of the stack", func(c *cloud) { c.resources["shop-data"] = c.resources["shop-data"][1:] }, "table shop-events", Failed, "is not in stack shop-data", "sam deploy --config-env data"},
		{"denied list", func(c *cloud) {
			c.errs["ListStackResources shop-data"] = denied("cloudformation", "ListStackResources")
		}, "tables", Unknown, "cloudformation:ListStackResources", "allow"},
		{"denied table", func(c *cloud) { c.errs["DescribeTable shop-orders"] = denied("DynamoDB", "DescribeTable") }, "table shop-orders", Unknown, "dynamodb:DescribeTable", "allow"},
		{"denied backups", func(c *cloud) {
			c.errs["DescribeContinuousBackups"] = denied("DynamoDB", "DescribeContinuousBackups")
		}, "table shop-orders", Unknown, "dynamodb:DescribeContinuousBackups", "allow"},
		{"denied expiry", func(c *cloud) { c.errs["DescribeTimeToLive"] = denied("DynamoDB", "DescribeTimeToLive") }, "table shop-events", Unknown, "dynamodb:DescribeTimeToLive", "allow"},
	})
}

func TestFunctionsAreActive(t *testing.T) {
	put := func(name string, state fn.State, update fn.LastUpdateStatus) func(*cloud) {
		return func(c *cloud) {
			f := c.functions[name]
			f.State, f.LastUpdateStatus, f.StateReason, f.LastUpdateStatusReason = string(state), string(update), "a reason", "a reason"
			c.functions[name] = f
		}
	}
	expectFindings(t, []broken{
		{"pending", put("shop-Ingest", fn.StatePending, ""), "function shop-Ingest", Warning, "is Pending: a reason", "wait function-active-v2 --function-name shop-Ingest"},
		{"idle", put("shop-Ingest", fn.StateInactive, ""), "function shop-Ingest", Warning, "is Inactive", "function-active-v2"},
		{"failed in a nested stack", put("shop-Nested", fn.StateFailed, ""), "function shop-Nested", Failed, "is Failed: a reason", "sam deploy"},
		{"update failed", put("shop-Ingest", fn.StateActive, fn.LastUpdateStatusFailed), "function shop-Ingest", Failed, "update, which failed: a reason", "sam deploy"},
		{"deleted", func(c *cloud) { delete(c.functions, "shop-Ingest") }, "function shop-Ingest", Failed, "deleted outside", "sam deploy"},
		{"none", func(c *cloud) { c.resources["shop"] = nil }, "functions", Failed, "has no function", "sam deploy"},
		{"denied", func(c *cloud) {
			c.errs["GetFunctionConfiguration shop-Ingest"] = denied("Lambda", "GetFunctionConfiguration")
		}, "function shop-Ingest", Unknown, "lambda:GetFunctionConfiguration", "allow"},
		{"denied nested list", func(c *cloud) {
			c.errs["ListStackResources arn:nested"] = denied("cloudformation", "ListStackResources")
		}, "functions", Unknown, "cloudformation:ListStackResources", "allow"},
	})
}

func TestRulesAndMappingsAreEnabled(t *testing.T) {
	mapping := func(i int, state string) func(*cloud) {
		return func(c *cloud) { c.mappings[i].State = state }
	}
	expectFindings(t, []broken{
		{"rule disabled", func(c *cloud) { c.rules[0].Disabled = true }, "rule send-receipt", Failed, "is disabled", "aws events enable-rule --event-bus-name shop --name send-receipt"},
		{"no rule", func(c *cloud) { c.rules = nil }, "rules", Warning, "no action has a rule", "payhooks events list --stack shop"},
		{"rules denied", func(c *cloud) { c.errs["ListRules"] = denied("EventBridge", "ListRules") }, "rules", Unknown, "events:ListRules", "allow"},
		{"rules denied, mappings", func(c *cloud) { c.errs["ListRules"] = denied("EventBridge", "ListRules") }, "mappings", Unknown, "events:ListRules", "allow"},
		{"dispatch disabled", mapping(0, "Disabled"), "mapping dispatch", Failed, "the stream of shop-events is not read: the mapping is Disabled", "aws lambda update-event-source-mapping --enabled --uuid uuid-arn:aws:dynamodb"},
		{"action disabled", mapping(2, "Disabling"), "mapping update-order", Failed, "queue shop-update-order is not read", "update-event-source-mapping"},
		{"being created", mapping(1, "Creating"), "mapping send-receipt", Warning, "not read yet", "in a minute"},
		{"absent", func(c *cloud) { c.mappings = c.mappings[:2] }, "mapping update-order", Failed, "nothing reads queue shop-update-order", "sam deploy"},
		{"of a longer name", func(c *cloud) {
			c.mappings[2].EventSourceArn = "arn:aws:sqs:eu-west-1:1:my-shop-update-order"
		}, "mapping update-order", Failed, "nothing reads", "sam deploy"},
		{"of the partner bus", func(c *cloud) { c.set("StripeEventSource", "aws.partner/stripe.com/ed_1") }, "mapping ingest-eventbridge", Failed, "nothing reads queue shop-ingest-eventbridge", "sam deploy"},
		{"a second one disabled", func(c *cloud) { c.mapping("arn:aws:sqs:eu-west-1:1:shop-update-order", "Disabled") }, "mappings", OK, "2 queues", ""},
		{"denied", func(c *cloud) { c.errs["ListEventSourceMappings"] = denied("Lambda", "ListEventSourceMappings") }, "mappings", Unknown, "lambda:ListEventSourceMappings", "allow"},
	})
}

func TestProbeFailsWhereARoleReachesTooFar(t *testing.T) {
	expectFindings(t, []broken{
		{"reads", func(c *cloud) { c.reply.Get = "allowed" }, "probe", Failed, "GetItem by send-receipt of an item of update-order is allowed", "infra/action.yaml"},
		{"writes", func(c *cloud) { c.reply.Transact = "allowed" }, "probe", Failed, "TransactWriteItems by send-receipt on an item of update-order is allowed", "infra/action.yaml"},
		{"cannot commit", func(c *cloud) { c.reply.Own = "denied" }, "probe", Failed, "its own item is denied", "infra/action.yaml"},
		{"an old function", func(c *cloud) { c.reply.Get = "" }, "probe", Unknown, "does not answer probes", "sam deploy"},
		{"denied", func(c *cloud) { c.errs["Invoke"] = denied("Lambda", "Invoke") }, "probe", Unknown, "lambda:InvokeFunction", "allow"},
		{"down", func(c *cloud) { c.errs["Invoke"] = errDown }, "probe", Unknown, "connection refused", "again"},
		{"rules denied", func(c *cloud) { c.errs["ListRules"] = denied("EventBridge", "ListRules") }, "probe", Unknown, "events:ListRules", "allow"},
		{"no action", func(c *cloud) { c.rules = nil }, "probe", Unknown, "no action has a rule", "sam deploy"},
	})
	c := healthy()
	c.rules = []event.Rule{{Action: "send-receipt"}}
	if c.findings(t); c.invoked != "send-receipt "+nobody {
		t.Errorf("the probe of the only action was %s", c.invoked)
	}
}
