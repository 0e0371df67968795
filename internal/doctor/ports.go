package doctor

import (
	"context"

	"github.com/payhooks/payhooks/internal/cloudformation"
	"github.com/payhooks/payhooks/internal/doctor/calls"
	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/lambdacall"
)

// Caller is a part of calls.Client.
type Caller interface {
	GetCallerIdentity(context.Context) (arn string, err error)
}

// Stacks is a part of cloudformation.Client. Without a name all stacks are described.
type Stacks interface {
	DescribeStacks(ctx context.Context, name string) ([]cloudformation.Stack, error)
	ListStackResources(ctx context.Context, stack string) ([]cloudformation.Resource, error)
}

// Secrets is secret.Get.
type Secrets func(ctx context.Context, name string) (string, error)

// Mail is a part of calls.Client.
type Mail interface {
	GetAccount(context.Context) (calls.MailAccount, error)
	GetEmailIdentity(ctx context.Context, identity string) (verified bool, err error)
}

// Lambda is a part of lambdacall.Client.
type Lambda interface {
	GetAccountSettings(context.Context) (lambdacall.AccountLimit, error)
	GetFunctionConfiguration(ctx context.Context, name string) (lambdacall.Configuration, error)
}

// Mappings is a part of lambdacall.Client. Without a source all mappings are listed.
type Mappings interface {
	ListEventSourceMappings(ctx context.Context, source string) ([]lambdacall.Mapping, error)
}

// Topics is a part of calls.Client.
type Topics interface {
	ListSubscriptionsByTopic(ctx context.Context, topic string) ([]calls.Subscription, error)
}

// Alarms is a part of calls.Client. SetAlarmState is all that a probe changes.
type Alarms interface {
	DescribeAlarms(ctx context.Context, name string) ([]calls.Alarm, error)
	DescribeAlarmHistory(ctx context.Context, name string) ([]calls.AlarmAction, error)
	SetAlarmState(ctx context.Context, name, state, reason string) error
}

// Tables is a part of ddb.Client.
type Tables interface {
	DescribeTable(context.Context, *ddb.DescribeTableInput) (*ddb.DescribeTableOutput, error)
	DescribeContinuousBackups(context.Context, *ddb.DescribeTableInput) (*ddb.DescribeContinuousBackupsOutput, error)
	DescribeTimeToLive(context.Context, *ddb.DescribeTableInput) (*ddb.DescribeTimeToLiveOutput, error)
}

// Streams is a part of calls.Client.
type Streams interface {
	DescribeStream(ctx context.Context, arn string) ([]calls.Shard, error)
}

// Rules lists the rules of the stack's actions, in order of their names.
type Rules interface {
	Rules(context.Context) ([]event.Rule, error)
}

// Functions invokes the stack's functions.
type Functions interface {
	Invoke(ctx context.Context, name string, request, reply any) error
}
