package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/payhooks/payhooks/internal/delivery"
)

// logicalID is the name of an action's block in the template, by convention:
// SendReceipt for send-receipt.
func logicalID(action string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(action, "-") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// function finds the Lambda function of an action.
func (c *connection) function(ctx context.Context, action string) (string, error) {
	id := logicalID(action)
	if c.Local != nil {
		return c.Stack + "-" + id, nil
	}
	out, err := cloudformation.NewFromConfig(c.AWS).DescribeStackResource(ctx, &cloudformation.DescribeStackResourceInput{
		StackName: &c.Stack, LogicalResourceId: &id,
	})
	if err != nil {
		return "", fmt.Errorf("find function %s of stack %s (the block of an action is named for it): %w", id, c.Stack, err)
	}
	return aws.ToString(out.StackResourceDetail.PhysicalResourceId), nil
}

// asker returns what asks the actions' functions, each looked up once.
func (c *connection) asker() func(ctx context.Context, name string, req delivery.AuditRequest) (delivery.AuditReply, error) {
	var mu sync.Mutex
	functions := map[string]string{}
	find := func(ctx context.Context, name string) (function string, err error) {
		mu.Lock()
		defer mu.Unlock()
		if functions[name] == "" {
			functions[name], err = c.function(ctx, name)
		}
		return functions[name], err
	}
	return func(ctx context.Context, name string, req delivery.AuditRequest) (reply delivery.AuditReply, err error) {
		function, err := find(ctx, name)
		if err != nil {
			return reply, err
		}
		err = c.ask(ctx, function, map[string]any{"audit": req}, &reply)
		return reply, err
	}
}

// ask invokes a function and waits for its reply.
func (c *connection) ask(ctx context.Context, function string, request, reply any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	out, err := lambda.NewFromConfig(c.AWS).Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: body})
	if err != nil {
		return fmt.Errorf("invoke %s: %w", function, err)
	}
	if out.FunctionError == nil {
		return json.Unmarshal(out.Payload, reply)
	}
	var failed struct{ ErrorMessage string }
	if json.Unmarshal(out.Payload, &failed) != nil || failed.ErrorMessage == "" {
		failed.ErrorMessage = string(out.Payload)
	}
	return errors.New(function + ": " + failed.ErrorMessage)
}
