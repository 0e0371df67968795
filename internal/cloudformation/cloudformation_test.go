package cloudformation

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"
)

// asked serves answers by the form of a request, and 403 for what it has none for.
func asked(t *testing.T, answers map[string]string) *Client {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		answer, ok := answers[r.Form.Encode()]
		if !ok {
			t.Errorf("asked %s", r.Form.Encode())
		}
		if answer == "" {
			w.WriteHeader(http.StatusBadRequest)
			answer = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id none does not exist</Message></Error></ErrorResponse>`
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(srv.Close)
	return New(aws.Config{Region: "eu-west-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}, time.Now)
}

func TestStacksOfAllPagesAreRead(t *testing.T) {
	c := asked(t, map[string]string{
		"Action=DescribeStacks&Version=2010-05-15": `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>
			<member><StackName>shop</StackName><StackId>arn:1</StackId><StackStatus>UPDATE_COMPLETE</StackStatus><DisableRollback>false</DisableRollback><Description>payhooks - a &amp; b</Description>
				<Parameters><member><ParameterKey>Mail</ParameterKey><ParameterValue>off</ParameterValue></member><member><ParameterKey>KeyArn</ParameterKey><ParameterValue></ParameterValue></member></Parameters>
				<Outputs><member><OutputKey>WebhookUrl</OutputKey><OutputValue>https://x</OutputValue></member></Outputs></member>
			</Stacks><NextToken>more</NextToken></DescribeStacksResult></DescribeStacksResponse>`,
		"Action=DescribeStacks&NextToken=more&Version=2010-05-15": `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>shop-Alarms</StackName><ParentId>arn:1</ParentId></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
	})
	all, err := c.DescribeStacks(t.Context(), "")
	if err != nil || len(all) != 2 {
		t.Fatalf("%d stacks, %v", len(all), err)
	}
	s := all[0]
	if *s.StackName != "shop" || *s.StackId != "arn:1" || s.StackStatus != "UPDATE_COMPLETE" || s.ParentId != nil || *s.Description != "payhooks - a & b" {
		t.Errorf("%+v", s)
	}
	if len(s.Parameters) != 2 || *s.Parameters[0].ParameterKey != "Mail" || *s.Parameters[0].ParameterValue != "off" || len(s.Outputs) != 1 || *s.Outputs[0].OutputValue != "https://x" {
		t.Errorf("%+v %+v", s.Parameters, s.Outputs)
	}
	if aws.ToString(all[1].ParentId) != "arn:1" {
		t.Errorf("%+v", all[1])
	}
}

func TestPhysicalNameOfAResource(t *testing.T) {
	c := asked(t, map[string]string{
		"Action=DescribeStackResource&LogicalResourceId=Ingest&StackName=shop&Version=2010-05-15": `<DescribeStackResourceResponse><DescribeStackResourceResult><StackResourceDetail><PhysicalResourceId>shop-Ingest-1</PhysicalResourceId></StackResourceDetail></DescribeStackResourceResult></DescribeStackResourceResponse>`,
	})
	if name, err := c.Resource(t.Context(), "shop", "Ingest"); err != nil || name != "shop-Ingest-1" {
		t.Errorf("%q, %v", name, err)
	}
}

func TestErrorHasTheCodeOfTheService(t *testing.T) {
	c := asked(t, map[string]string{"Action=DescribeStacks&StackName=none&Version=2010-05-15": ""})
	_, err := c.DescribeStacks(t.Context(), "none")
	var failed smithy.APIError
	if !errors.As(err, &failed) || failed.ErrorCode() != "ValidationError" || failed.ErrorMessage() != "Stack with id none does not exist" {
		t.Errorf("got %v", err)
	}
}
