package wire

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

func TestErrorsNameServicesAsTheSDKDoes(t *testing.T) {
	for service, want := range map[string]string{
		"dynamodb": dynamodb.ServiceID, "events": eventbridge.ServiceID, "secretsmanager": secretsmanager.ServiceID,
		"ses": sesv2.ServiceID, "sns": sns.ServiceID, "sqs": sqs.ServiceID, "another": "another",
	} {
		if got := (&Client{Service: service}).name(); got != want {
			t.Errorf("%s: %q, want %q", service, got, want)
		}
	}
}
