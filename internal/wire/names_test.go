package wire

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func TestErrorsNameServicesAsTheSDKDoes(t *testing.T) {
	for service, want := range map[string]string{
		"cloudformation": cloudformation.ServiceID, "dynamodb": dynamodb.ServiceID, "events": eventbridge.ServiceID, "lambda": lambda.ServiceID,
		"logs": cloudwatchlogs.ServiceID, "monitoring": cloudwatch.ServiceID, "secretsmanager": secretsmanager.ServiceID, "ses": sesv2.ServiceID,
		"sns": sns.ServiceID, "sqs": sqs.ServiceID, "streams.dynamodb": dynamodbstreams.ServiceID, "sts": sts.ServiceID, "another": "another",
	} {
		if got := (&Client{Service: service}).name(); got != want {
			t.Errorf("%s: %q, want %q", service, got, want)
		}
	}
}
