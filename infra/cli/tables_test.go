package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// resources is an answer of CloudFormation about a stack.
const resources = `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>%s</StackResourceSummaries>%s</ListStackResourcesResult></ListStackResourcesResponse>`

func resource(kind, name, status string) string {
	return fmt.Sprintf(`<member><ResourceType>%s</ResourceType><PhysicalResourceId>%s</PhysicalResourceId><ResourceStatus>%s</ResourceStatus></member>`, kind, name, status)
}

func TestTablesOfDeployedStackComeFromItsTemplate(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("StackName") != "shop-data" {
			http.Error(w, "another stack", http.StatusBadRequest)
			return
		}
		if r.FormValue("NextToken") == "" {
			_, _ = fmt.Fprintf(w, resources, resource("AWS::DynamoDB::Table", "shop-events", "CREATE_COMPLETE")+
				resource("AWS::SQS::Queue", "shop-queue", "CREATE_COMPLETE"), `<NextToken>more</NextToken>`)
			return
		}
		_, _ = fmt.Fprintf(w, resources, resource("AWS::DynamoDB::Table", "shop-orders", "UPDATE_COMPLETE")+
			resource("AWS::DynamoDB::Table", "shop-old", "DELETE_COMPLETE"), "")
	}))
	defer srv.Close()
	target := &Target{Stack: "shop", AWS: aws.Config{
		Region: "us-east-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	}}
	names, err := target.tableNames(t.Context())
	if err != nil || !slices.Equal(names, []string{"events", "orders"}) {
		t.Errorf("%v, %v", names, err)
	}
}
