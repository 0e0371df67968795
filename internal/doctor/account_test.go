package doctor

import (
	"testing"

	"github.com/payhooks/payhooks/internal/doctor/calls"
	"github.com/payhooks/payhooks/internal/lambdacall"
)

func TestMailNeedsAVerifiedSenderOutsideTheSandbox(t *testing.T) {
	expectFindings(t, []broken{
		{"off", func(c *cloud) { c.set("Mail", "off") }, "mail", OK, "mail is off", ""},
		{"the address", func(c *cloud) { c.identities = map[string]bool{"shop@example.com": true} }, "mail sender", OK, "shop@example.com is verified", ""},
		{"no identity", func(c *cloud) { c.identities = nil }, "mail sender", Failed, "neither shop@example.com nor its domain", "aws sesv2 create-email-identity --email-identity example.com"},
		{"address pending", func(c *cloud) { c.identities = map[string]bool{"shop@example.com": false} }, "mail sender", Failed, "shop@example.com is not verified", "open the link"},
		{"domain pending", func(c *cloud) { c.identities["example.com"] = false }, "mail sender", Failed, "example.com is not verified", "aws sesv2 get-email-identity --email-identity example.com"},
		{"sandbox", func(c *cloud) { c.account.ProductionAccessEnabled = false }, "mail account", Warning, "sandbox", "aws sesv2 put-account-details --production-access-enabled"},
		{"paused", func(c *cloud) { c.account.SendingEnabled = false }, "mail account", Failed, "paused", "put-account-sending-attributes --sending-enabled"},
		{"denied identity", func(c *cloud) { c.errs["GetEmailIdentity"] = denied("SESv2", "GetEmailIdentity") }, "mail sender", Unknown, "ses:GetEmailIdentity", "allow"},
		{"denied account", func(c *cloud) { c.errs["GetAccount"] = denied("SESv2", "GetAccount") }, "mail account", Unknown, "ses:GetAccount", "allow"},
	})
}

func TestConcurrencyIsComparedWithWhatTheStackNeeds(t *testing.T) {
	quota := func(all, unreserved int) func(*cloud) {
		return func(c *cloud) {
			c.limit = lambdacall.AccountLimit{ConcurrentExecutions: all, UnreservedConcurrentExecutions: unreserved}
		}
	}
	const raise = "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000"
	const least, most = "14 (1 ingest + 4 shards × 2 dispatch + 2 actions × 2 + 1 reconcile)", "30 (1 ingest + 4 shards × 2 dispatch + 2 actions × 10 + 1 reconcile)"
	expectFindings(t, []broken{
		{"of a new account", quota(10, 10), "concurrency", Failed, "quota is 10, of which 10 are not reserved for others; the stack needs at least " + least, raise},
		{"one too few", quota(1000, 13), "concurrency", Failed, least, raise},
		{"the least", quota(14, 14), "concurrency", Warning, most, raise},
		{"one short of the most", quota(29, 29), "concurrency", Warning, "up to " + most, raise},
		{"the most", quota(30, 30), "concurrency", OK, most, ""},
		{"reserved for ingest", func(c *cloud) { c.set("IngestConcurrency", "20"); quota(100, 80)(c) }, "concurrency", OK, "100 are not reserved for others; the stack uses up to 49 (20 ingest", ""},
		{"many for each action", func(c *cloud) { c.set("ActionConcurrency", "1000") }, "concurrency", Warning, "2 actions × 1000", "--desired-value 3000"},
		{"closed shards", func(c *cloud) { c.shards[0].SequenceNumberRange.EndingSequenceNumber = "1" }, "concurrency", OK, "3 shards", ""},
		{"denied settings", func(c *cloud) { c.errs["GetAccountSettings"] = denied("Lambda", "GetAccountSettings") }, "concurrency", Unknown, "lambda:GetAccountSettings", "allow"},
		{"denied stream", func(c *cloud) { c.errs["DescribeStream"] = denied("DynamoDB Streams", "DescribeStream") }, "concurrency", Unknown, "dynamodb:DescribeStream", "allow"},
		{"denied table", func(c *cloud) { c.errs["DescribeTable shop-events"] = denied("DynamoDB", "DescribeTable") }, "concurrency", Unknown, "dynamodb:DescribeTable", "allow"},
		{"denied rules", func(c *cloud) { c.errs["ListRules"] = denied("EventBridge", "ListRules") }, "concurrency", Unknown, "events:ListRules", "allow"},
	})
}

func TestAlarmsNeedAConfirmedSubscription(t *testing.T) {
	pending := calls.Subscription{ARN: pendingConfirmation, Protocol: "email", Endpoint: "a@example.com"}
	expectFindings(t, []broken{
		{"pending", func(c *cloud) { c.subscribed = []calls.Subscription{pending} }, "alarms", Failed, "1 subscription PendingConfirmation of topic shop-alarms: a@example.com", "aws sns subscribe --topic-arn arn:aws:sns:eu-west-1:1:shop-alarms --protocol email --notification-endpoint a@example.com"},
		{"one of two pending", func(c *cloud) { c.subscribed = append(c.subscribed, pending) }, "alarms", Warning, "PendingConfirmation", "open the link"},
		{"removed", func(c *cloud) { c.subscribed = nil }, "alarms", Failed, "although AlarmEmail is set", "aws sns subscribe"},
		{"nobody", func(c *cloud) { c.subscribed = nil; c.set("AlarmEmail", "") }, "alarms", Warning, "no one receives alarms", "AlarmEmail=ADDRESS"},
		{"no topic", func(c *cloud) { c.resources["shop"] = nil }, "alarms", Failed, "has no topic shop-alarms", "sam deploy"},
		{"denied resources", func(c *cloud) {
			c.errs["ListStackResources shop"] = denied("cloudformation", "ListStackResources")
		}, "alarms", Unknown, "cloudformation:ListStackResources", "allow"},
		{"denied", func(c *cloud) {
			c.errs["ListSubscriptionsByTopic"] = denied("SNS", "ListSubscriptionsByTopic")
		}, "alarms", Unknown, "sns:ListSubscriptionsByTopic", "allow"},
	})
}
