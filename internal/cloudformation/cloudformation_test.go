package cloudformation

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
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
	if s.Name != "shop" || s.ID != "arn:1" || s.Status != "UPDATE_COMPLETE" || s.Parent != "" || s.Description != "payhooks - a & b" {
		t.Errorf("%+v", s)
	}
	if keyArn, has := s.Parameters["KeyArn"]; len(s.Parameters) != 2 || s.Parameters["Mail"] != "off" || !has || keyArn != "" || len(s.Outputs) != 1 || s.Outputs["WebhookUrl"] != "https://x" {
		t.Errorf("%+v %+v", s.Parameters, s.Outputs)
	}
	if all[1].Parent != "arn:1" {
		t.Errorf("%+v", all[1])
	}
}

func TestResourcesOfAllPagesAreRead(t *testing.T) {
	const open, shut = `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>`, `</ListStackResourcesResult></ListStackResourcesResponse>`
	c := asked(t, map[string]string{
		"Action=ListStackResources&StackName=shop&Version=2010-05-15":             open + `<member><PhysicalResourceId>shop-Ingest</PhysicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType><ResourceStatus>DELETE_COMPLETE</ResourceStatus></member></StackResourceSummaries><NextToken>b</NextToken>` + shut,
		"Action=ListStackResources&NextToken=b&StackName=shop&Version=2010-05-15": open + `<member><ResourceType>AWS::SNS::Topic</ResourceType><ResourceStatus>CREATE_IN_PROGRESS</ResourceStatus></member></StackResourceSummaries>` + shut,
	})
	all, err := c.ListStackResources(t.Context(), "shop")
	want := []Resource{{Name: "shop-Ingest", Kind: "AWS::Lambda::Function", Status: DeleteComplete}, {Kind: "AWS::SNS::Topic", Status: "CREATE_IN_PROGRESS"}}
	if err != nil || !slices.Equal(all, want) {
		t.Errorf("%+v, %v", all, err)
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
