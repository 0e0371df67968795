package sms

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

func TestTextIsPostedAsTheSDKDoes(t *testing.T) {
	p := newPeer(t, func(w http.ResponseWriter) {
		_, _ = io.WriteString(w, `<PublishResponse xmlns="https://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>`)
	})
	text := Text{To: "+15550100123", Body: "Acme: 20 % & <é> + = danke"}
	if id, err := p.client().Send(t.Context(), text); err != nil || id != "m-1" {
		t.Errorf("%q, %v", id, err)
	}
	_, err := sns.NewFromConfig(aws.Config{
		Region: "us-east-1", BaseEndpoint: &p.URL,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}, nil
		}),
	}).Publish(t.Context(), &sns.PublishInput{
		PhoneNumber: &text.To, Message: &text.Body,
		MessageAttributes: map[string]types.MessageAttributeValue{"AWS.SNS.SMS.SMSType": {DataType: aws.String("String"), StringValue: aws.String("Transactional")}},
	})
	if got := p.got(); err != nil || len(got) != 2 || form(t, got[0]) != form(t, got[1]) {
		t.Errorf("%v: posted, and posted by the SDK: %v", err, got)
	}
}

func form(t *testing.T, body string) string {
	t.Helper()
	values, err := url.ParseQuery(body)
	if err != nil {
		t.Error(err)
	}
	return values.Encode()
}
