package doctor

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	fn "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	sm "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	ses "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
)

func (c *cloud) GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
	return &sts.GetCallerIdentityOutput{Arn: aws.String("arn:aws:iam::1:user/operator")}, c.errs["GetCallerIdentity"]
}

// page is one item of a list, and the token of the next.
func page[T any](all []T, token *string) ([]T, *string) {
	at := len(aws.ToString(token))
	if at >= len(all) {
		return nil, nil
	}
	if at+1 == len(all) {
		return all[at:], nil
	}
	return all[at : at+1], aws.String(strings.Repeat("x", at+1))
}

func (c *cloud) DescribeStacks(_ context.Context, name string) ([]cfn.Stack, error) {
	if name == "" {
		return c.stacks, c.errs["DescribeStacks"]
	}
	for _, s := range c.stacks {
		if *s.StackName == name {
			return []cfn.Stack{s}, c.errs["DescribeStacks "+name]
		}
	}
	return nil, &smithy.GenericAPIError{Code: "ValidationError", Message: "Stack with id " + name + " does not exist"}
}

func (c *cloud) ListStackResources(_ context.Context, stack string) ([]cfn.StackResourceSummary, error) {
	return c.resources[stack], c.errs["ListStackResources "+stack]
}

func (c *cloud) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	value, ok := c.secrets[*in.SecretId]
	if err := c.errs["GetSecretValue "+*in.SecretId]; err != nil || !ok {
		return nil, cmp.Or[error](err, &sm.ResourceNotFoundException{Message: aws.String("Secrets Manager can't find the specified secret.")})
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: &value}, nil
}

func (c *cloud) GetAccount(context.Context, *sesv2.GetAccountInput, ...func(*sesv2.Options)) (*sesv2.GetAccountOutput, error) {
	return &c.account, c.errs["GetAccount"]
}

func (c *cloud) GetEmailIdentity(_ context.Context, in *sesv2.GetEmailIdentityInput, _ ...func(*sesv2.Options)) (*sesv2.GetEmailIdentityOutput, error) {
	verified, ok := c.identities[*in.EmailIdentity]
	if !ok {
		return nil, cmp.Or[error](c.errs["GetEmailIdentity"], &ses.NotFoundException{})
	}
	return &sesv2.GetEmailIdentityOutput{VerifiedForSendingStatus: verified}, c.errs["GetEmailIdentity"]
}

func (c *cloud) GetAccountSettings(context.Context, *lambda.GetAccountSettingsInput, ...func(*lambda.Options)) (*lambda.GetAccountSettingsOutput, error) {
	return &lambda.GetAccountSettingsOutput{AccountLimit: &c.limit}, c.errs["GetAccountSettings"]
}

func (c *cloud) GetFunctionConfiguration(_ context.Context, in *lambda.GetFunctionConfigurationInput, _ ...func(*lambda.Options)) (*lambda.GetFunctionConfigurationOutput, error) {
	out, ok := c.functions[*in.FunctionName]
	if !ok {
		return nil, &fn.ResourceNotFoundException{}
	}
	return &out, c.errs["GetFunctionConfiguration "+*in.FunctionName]
}

func (c *cloud) ListEventSourceMappings(_ context.Context, in *lambda.ListEventSourceMappingsInput, _ ...func(*lambda.Options)) (*lambda.ListEventSourceMappingsOutput, error) {
	one, next := page(c.mappings, in.Marker)
	return &lambda.ListEventSourceMappingsOutput{EventSourceMappings: one, NextMarker: next}, c.errs["ListEventSourceMappings"]
}

func (c *cloud) ListSubscriptionsByTopic(_ context.Context, in *sns.ListSubscriptionsByTopicInput, _ ...func(*sns.Options)) (*sns.ListSubscriptionsByTopicOutput, error) {
	one, next := page(c.subscribed, in.NextToken)
	return &sns.ListSubscriptionsByTopicOutput{Subscriptions: one, NextToken: next}, c.errs["ListSubscriptionsByTopic"]
}

func (c *cloud) DescribeTable(_ context.Context, in *dynamodb.DescribeTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	t := c.tables[*in.TableName]
	if t == nil {
		return nil, &ddb.ResourceNotFoundException{}
	}
	return &dynamodb.DescribeTableOutput{Table: &ddb.TableDescription{
		TableStatus: t.status, DeletionProtectionEnabled: &t.protected, LatestStreamArn: aws.String("arn:stream"),
		SSEDescription: t.encryption, ArchivalSummary: t.archive,
	}}, c.errs["DescribeTable "+*in.TableName]
}

func (c *cloud) DescribeContinuousBackups(_ context.Context, in *dynamodb.DescribeContinuousBackupsInput, _ ...func(*dynamodb.Options)) (*dynamodb.DescribeContinuousBackupsOutput, error) {
	status := ddb.PointInTimeRecoveryStatusDisabled
	if c.tables[*in.TableName].recovers {
		status = ddb.PointInTimeRecoveryStatusEnabled
	}
	return &dynamodb.DescribeContinuousBackupsOutput{ContinuousBackupsDescription: &ddb.ContinuousBackupsDescription{
		PointInTimeRecoveryDescription: &ddb.PointInTimeRecoveryDescription{PointInTimeRecoveryStatus: status},
	}}, c.errs["DescribeContinuousBackups"]
}

func (c *cloud) DescribeTimeToLive(_ context.Context, in *dynamodb.DescribeTimeToLiveInput, _ ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error) {
	d := &ddb.TimeToLiveDescription{TimeToLiveStatus: ddb.TimeToLiveStatusDisabled}
	if name := c.tables[*in.TableName].expires; name != "" {
		d = &ddb.TimeToLiveDescription{TimeToLiveStatus: ddb.TimeToLiveStatusEnabled, AttributeName: &name}
	}
	return &dynamodb.DescribeTimeToLiveOutput{TimeToLiveDescription: d}, c.errs["DescribeTimeToLive"]
}

func (c *cloud) DescribeStream(_ context.Context, in *dynamodbstreams.DescribeStreamInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error) {
	one, next := page(c.shards, in.ExclusiveStartShardId)
	return &dynamodbstreams.DescribeStreamOutput{StreamDescription: &streams.StreamDescription{Shards: one, LastEvaluatedShardId: next}}, c.errs["DescribeStream"]
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
