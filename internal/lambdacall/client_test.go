package lambdacall_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/internal/lambdacall"
	"github.com/payhooks/payhooks/internal/wire/wiretest"
)

const queue = "arn:aws:sqs:eu-west-1:1:shop-send-receipt"

var (
	refused   = wiretest.Answer{Status: 403, Header: map[string]string{"X-Amzn-Errortype": "AccessDeniedException:http://internal"}, Body: `{"Message":"no"}`}
	throttled = wiretest.Answer{Status: 429, Header: map[string]string{"X-Amzn-Errortype": "TooManyRequestsException"}, Body: `{"Type":"User","message":"Rate exceeded"}`}
)

// calls are those of our client and of the SDK's, with what Lambda answers, and what the SDK
// reads.
var calls = map[string]struct {
	answers []wiretest.Answer
	ours    func(context.Context, *lambdacall.Client) (any, error)
	theirs  func(context.Context, *lambda.Client) (any, error)
}{
	"account": {
		[]wiretest.Answer{{Body: `{"AccountLimit":{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":900,"TotalCodeSize":1},"AccountUsage":{"FunctionCount":4}}`}},
		func(ctx context.Context, c *lambdacall.Client) (any, error) { return c.GetAccountSettings(ctx) },
		func(ctx context.Context, c *lambda.Client) (any, error) {
			out, err := c.GetAccountSettings(ctx, nil)
			if err != nil {
				return nil, err
			}
			return lambdacall.AccountLimit{
				ConcurrentExecutions: int(out.AccountLimit.ConcurrentExecutions), UnreservedConcurrentExecutions: int(*out.AccountLimit.UnreservedConcurrentExecutions),
			}, nil
		},
	},
	"configuration": {
		[]wiretest.Answer{{Body: `{"FunctionName":"a b","State":"Active","LastUpdateStatus":"Failed","LastUpdateStatusReason":"no key","Environment":{"Variables":{"A":"1"}},"Layers":[]}`}},
		func(ctx context.Context, c *lambdacall.Client) (any, error) {
			out, err := c.GetFunctionConfiguration(ctx, "arn:aws:lambda:eu-west-1:1:function:a b")
			return [4]string{out.State, out.LastUpdateStatus, out.LastUpdateStatusReason, out.Environment.Variables["A"]}, err
		},
		func(ctx context.Context, c *lambda.Client) (any, error) {
			out, err := c.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: aws.String("arn:aws:lambda:eu-west-1:1:function:a b")})
			if err != nil {
				return nil, err
			}
			return [4]string{string(out.State), string(out.LastUpdateStatus), *out.LastUpdateStatusReason, out.Environment.Variables["A"]}, nil
		},
	},
	"mappings": {
		[]wiretest.Answer{
			{Body: `{"EventSourceMappings":[{"UUID":"1","EventSourceArn":"` + queue + `","State":"Disabled","LastModified":1.5}],"NextMarker":"a+/="}`},
			{Body: `{"EventSourceMappings":[{"UUID":"2","State":"Enabled"}],"NextMarker":null}`},
		},
		func(ctx context.Context, c *lambdacall.Client) (any, error) {
			all, err := c.ListEventSourceMappings(ctx, queue)
			var text string
			for _, m := range all {
				text += m.UUID + m.EventSourceArn + m.State
			}
			return text, err
		},
		func(ctx context.Context, c *lambda.Client) (any, error) {
			var text string
			pages := lambda.NewListEventSourceMappingsPaginator(c, &lambda.ListEventSourceMappingsInput{EventSourceArn: aws.String(queue)})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return nil, err
				}
				for _, m := range page.EventSourceMappings {
					text += *m.UUID + aws.ToString(m.EventSourceArn) + *m.State
				}
			}
			return text, nil
		},
	},
	"invocation": {
		[]wiretest.Answer{{Header: map[string]string{"X-Amz-Function-Error": "Unhandled"}, Body: `{"errorMessage":"no"}`}},
		func(ctx context.Context, c *lambdacall.Client) (any, error) {
			answer, failed, err := c.Invoke(ctx, "shop-Reconcile", []byte(`{"a":1}`))
			return string(answer) + map[bool]string{true: " failed"}[failed], err
		},
		func(ctx context.Context, c *lambda.Client) (any, error) {
			out, err := c.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String("shop-Reconcile"), Payload: []byte(`{"a":1}`)})
			if err != nil {
				return nil, err
			}
			return string(out.Payload) + map[bool]string{true: " failed"}[out.FunctionError != nil], nil
		},
	},
}

func TestClientAsksReadsAndFailsAsTheSDK(t *testing.T) {
	for name, c := range calls {
		for when, before := range map[string][]wiretest.Answer{
			"at once": nil, "after a lost reply": {wiretest.Lost}, "throttled once": {throttled}, "throttled for good": {throttled, throttled, throttled},
			"an error of the service": {{Status: 500, Body: `{}`}}, "denied": {refused},
		} {
			var got, want any
			var ours, theirs error
			wiretest.Same(t, append(before, c.answers...),
				func(cfg aws.Config) { got, ours = c.ours(t.Context(), lambdacall.New(cfg, time.Now)) },
				func(cfg aws.Config) { want, theirs = c.theirs(t.Context(), lambda.NewFromConfig(cfg)) })
			if (ours == nil) != (theirs == nil) || code(ours) != code(theirs) || ours == nil && got != want {
				t.Errorf("%s, %s: %v, %v; the SDK has %v, %v", name, when, got, ours, want, theirs)
			}
		}
	}
}

// code is the service's error with its message.
func code(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return ""
	}
	return api.ErrorCode() + ": " + api.ErrorMessage()
}

func TestOneEnabledMappingPollsAQueue(t *testing.T) {
	for want, states := range map[bool][]string{true: {"Disabled", "Enabling"}, false: {"Disabled", "Disabling"}} {
		var all []string
		for _, s := range states {
			all = append(all, `{"State":"`+s+`"}`)
		}
		cfg := wiretest.Config(t, wiretest.Answer{Body: `{"EventSourceMappings":[` + strings.Join(all, ",") + `]}`})
		if got, err := lambdacall.New(cfg, time.Now).Polled(t.Context(), queue); got != want || err != nil {
			t.Errorf("%v: %v, %v", states, got, err)
		}
	}
	if _, err := lambdacall.New(wiretest.Config(t, refused), time.Now).Polled(t.Context(), queue); err == nil {
		t.Error("a denied call is no answer")
	}
}

func TestStatesAreLambdas(t *testing.T) {
	ours := []string{lambdacall.StatePending, lambdacall.StateActive, lambdacall.StateInactive, lambdacall.StateFailed}
	for _, s := range ours {
		if !slices.Contains(types.StateActive.Values(), types.State(s)) {
			t.Errorf("%q is no state", s)
		}
	}
	if lambdacall.LastUpdateFailed != string(types.LastUpdateStatusFailed) {
		t.Error(lambdacall.LastUpdateFailed)
	}
}
