package doctor

import (
	"cmp"
	"context"
	"errors"

	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/internal/cloudformation"
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/doctor/calls"
	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/lambdacall"
)

// failed is what a service answers instead.
func failed(code, message string) error {
	return &smithy.GenericAPIError{Code: code, Message: message}
}

func (c *cloud) GetCallerIdentity(context.Context) (string, error) {
	return "arn:aws:iam::1:user/operator", c.errs["GetCallerIdentity"]
}

func (c *cloud) DescribeStacks(_ context.Context, name string) ([]cloudformation.Stack, error) {
	if name == "" {
		return c.stacks, c.errs["DescribeStacks"]
	}
	for _, s := range c.stacks {
		if s.Name == name {
			return []cloudformation.Stack{s}, c.errs["DescribeStacks "+name]
		}
	}
	return nil, failed("ValidationError", "Stack with id "+name+" does not exist")
}

func (c *cloud) ListStackResources(_ context.Context, stack string) ([]cloudformation.Resource, error) {
	return c.resources[stack], c.errs["ListStackResources "+stack]
}

func (c *cloud) secret(_ context.Context, name string) (string, error) {
	value, ok := c.secrets[name]
	if err := c.errs["GetSecretValue "+name]; err != nil || !ok {
		return "", cmp.Or(err, failed("ResourceNotFoundException", "Secrets Manager can't find the specified secret."))
	}
	return value, nil
}

func (c *cloud) GetAccount(context.Context) (calls.MailAccount, error) {
	return c.account, c.errs["GetAccount"]
}

func (c *cloud) GetEmailIdentity(_ context.Context, identity string) (bool, error) {
	verified, ok := c.identities[identity]
	if !ok {
		return false, cmp.Or(c.errs["GetEmailIdentity"], failed("NotFoundException", ""))
	}
	return verified, c.errs["GetEmailIdentity"]
}

func (c *cloud) GetAccountSettings(context.Context) (lambdacall.AccountLimit, error) {
	return c.limit, c.errs["GetAccountSettings"]
}

func (c *cloud) GetFunctionConfiguration(_ context.Context, name string) (lambdacall.Configuration, error) {
	out, ok := c.functions[name]
	if !ok {
		return out, failed("ResourceNotFoundException", "")
	}
	return out, c.errs["GetFunctionConfiguration "+name]
}

func (c *cloud) ListEventSourceMappings(_ context.Context, source string) ([]lambdacall.Mapping, error) {
	if source != "" {
		return nil, errors.New("asked for " + source)
	}
	return c.mappings, c.errs["ListEventSourceMappings"]
}

func (c *cloud) ListSubscriptionsByTopic(_ context.Context, topic string) ([]calls.Subscription, error) {
	if topic != "arn:aws:sns:eu-west-1:1:shop-alarms" {
		return nil, failed("NotFound", "Topic does not exist")
	}
	return c.subscribed, c.errs["ListSubscriptionsByTopic"]
}

func (c *cloud) DescribeTable(_ context.Context, in *ddb.DescribeTableInput) (*ddb.DescribeTableOutput, error) {
	t := c.tables[*in.TableName]
	if t == nil {
		return nil, failed("ResourceNotFoundException", "")
	}
	return &ddb.DescribeTableOutput{Table: ddb.TableDescription{
		TableStatus: t.status, DeletionProtectionEnabled: t.protected, LatestStreamArn: "arn:stream",
		SSEDescription: t.encryption, ArchivalSummary: t.archive,
	}}, c.errs["DescribeTable "+*in.TableName]
}

func (c *cloud) DescribeContinuousBackups(_ context.Context, in *ddb.DescribeTableInput) (*ddb.DescribeContinuousBackupsOutput, error) {
	out := &ddb.DescribeContinuousBackupsOutput{}
	out.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus = "DISABLED"
	if c.tables[*in.TableName].recovers {
		out.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus = "ENABLED"
	}
	return out, c.errs["DescribeContinuousBackups"]
}

func (c *cloud) DescribeTimeToLive(_ context.Context, in *ddb.DescribeTableInput) (*ddb.DescribeTimeToLiveOutput, error) {
	out := &ddb.DescribeTimeToLiveOutput{}
	out.TimeToLiveDescription.TimeToLiveStatus = "DISABLED"
	if name := c.tables[*in.TableName].expires; name != "" {
		out.TimeToLiveDescription.TimeToLiveStatus, out.TimeToLiveDescription.AttributeName = "ENABLED", name
	}
	return out, c.errs["DescribeTimeToLive"]
}

func (c *cloud) DescribeStream(_ context.Context, arn string) ([]calls.Shard, error) {
	if arn != "arn:stream" {
		return nil, failed("ResourceNotFoundException", "")
	}
	return c.shards, c.errs["DescribeStream"]
}

func (c *cloud) Rules(context.Context) ([]event.Rule, error) { return c.rules, c.errs["ListRules"] }

func (c *cloud) Invoke(_ context.Context, name string, request, reply any) error {
	c.invoked = name + " " + request.(delivery.ProbeRequest).Payhooks.Probe
	*reply.(*delivery.ProbeReply) = c.reply
	return c.errs["Invoke"]
}

func (c *cloud) Registrations(context.Context) ([]Registration, error) {
	return c.registered, c.errs["Registrations"]
}

func (c *cloud) PostsTo(_ context.Context, base string) (ids []string, err error) {
	if base != executeAPI {
		return nil, errors.New("asked for " + base)
	}
	return c.posts, c.errs["PostsTo"]
}
