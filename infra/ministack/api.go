package ministack

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// Route makes the stack's one route, which MiniStack does not read from the
// template, and returns a handler that leads to the API.
func (m *MiniStack) Route(ctx context.Context, stack string) (http.Handler, error) {
	api, err := m.Resource(ctx, stack, "Api")
	if err != nil {
		return nil, err
	}
	name, err := m.Resource(ctx, stack, "Ingest")
	if err != nil {
		return nil, err
	}
	ingest, err := lambda.NewFromConfig(m.Config()).GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &name})
	if err != nil {
		return nil, err
	}
	gateway, version, route := apigatewayv2.NewFromConfig(m.Config()), "2.0", "ANY /webhooks/{endpoint}"
	integration, err := gateway.CreateIntegration(ctx, &apigatewayv2.CreateIntegrationInput{
		ApiId: &api, IntegrationType: types.IntegrationTypeAwsProxy, IntegrationUri: ingest.Configuration.FunctionArn, PayloadFormatVersion: &version,
	})
	if err != nil {
		return nil, err
	}
	target := "integrations/" + *integration.IntegrationId
	if _, err := gateway.CreateRoute(ctx, &apigatewayv2.CreateRouteInput{ApiId: &api, RouteKey: &route, Target: &target}); err != nil {
		return nil, err
	}
	return m.proxy(api)
}

// proxy leads requests to an API, which MiniStack finds by the Host.
func (m *MiniStack) proxy(api string) (http.Handler, error) {
	to, err := url.Parse(m.URL)
	if err != nil {
		return nil, err
	}
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = fmt.Sprintf("%s.execute-api.localhost:%s", api, to.Port())
	}}, nil
}

// Resource is the physical id of a resource of the stack.
func (m *MiniStack) Resource(ctx context.Context, stack, id string) (string, error) {
	out, err := cloudformation.NewFromConfig(m.Config()).DescribeStackResource(ctx, &cloudformation.DescribeStackResourceInput{
		StackName: &stack, LogicalResourceId: &id,
	})
	if err != nil {
		return "", fmt.Errorf("find %s of the stack %s: %w", id, stack, err)
	}
	return *out.StackResourceDetail.PhysicalResourceId, nil
}
