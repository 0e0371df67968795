package cli

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/cloudformation"
	"github.com/payhooks/payhooks/internal/doctor"
	"github.com/payhooks/payhooks/internal/start"
)

// Doctor checks the stack. It sends no request before it is asked for findings.
func (t *Target) Doctor() *doctor.Doctor {
	functions := lambda.NewFromConfig(t.AWS)
	return &doctor.Doctor{
		Stack: t.Stack, Local: t.Local != nil,
		Caller: sts.NewFromConfig(t.AWS), Stacks: cloudformation.New(t.AWS, time.Now), Secrets: secretsmanager.NewFromConfig(t.AWS),
		Mail: sesv2.NewFromConfig(t.AWS), Lambda: functions, Mappings: functions, Topics: sns.NewFromConfig(t.AWS), Alarms: cloudwatch.NewFromConfig(t.AWS), Pause: start.Sleep,
		Tables: dynamodb.NewFromConfig(t.AWS), Streams: dynamodbstreams.NewFromConfig(t.AWS),
		Rules: t.Bus, Functions: t.Operator().Functions, Registered: t,
	}
}

// OpenDoctor is Doctor of the stack that Open connects to.
func OpenDoctor(cmd *cobra.Command) (*doctor.Doctor, error) {
	t, err := Open(cmd)
	if err != nil {
		return nil, err
	}
	return t.Doctor(), nil
}
