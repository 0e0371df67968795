// Package cloudformation reads deployed stacks. CloudFormation speaks the query protocol,
// and three of its calls are needed: the SDK's client of all of them is the largest package
// there is to compile.
package cloudformation

import (
	"context"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/wire"
)

// version is that of the API.
const version = "2010-05-15"

// Client calls CloudFormation. Safe for concurrent use.
type Client struct{ wire *wire.Client }

// New returns a client. It makes no request.
func New(cfg aws.Config, now func() time.Time) *Client {
	return &Client{wire.New("cloudformation", cfg, now)}
}

// DescribeStacks returns the stack, or with an empty name all that are not deleted, with
// what payhooks reads of them.
func (c *Client) DescribeStacks(ctx context.Context, name string) (all []Stack, err error) {
	for in := (url.Values{"StackName": optional(name)}); ; {
		var page struct {
			Stacks    []Stack `xml:"DescribeStacksResult>Stacks>member"`
			NextToken string  `xml:"DescribeStacksResult>NextToken"`
		}
		if err := c.wire.Query(ctx, version, "DescribeStacks", in, &page); err != nil {
			return nil, err
		}
		if all = append(all, page.Stacks...); page.NextToken == "" {
			return all, nil
		}
		in.Set("NextToken", page.NextToken)
	}
}

// ListStackResources returns the resources of a stack, with their names, kinds and states.
func (c *Client) ListStackResources(ctx context.Context, name string) (all []Resource, err error) {
	for in := (url.Values{"StackName": {name}}); ; {
		var page struct {
			Resources []Resource `xml:"ListStackResourcesResult>StackResourceSummaries>member"`
			NextToken string     `xml:"ListStackResourcesResult>NextToken"`
		}
		if err := c.wire.Query(ctx, version, "ListStackResources", in, &page); err != nil {
			return nil, err
		}
		if all = append(all, page.Resources...); page.NextToken == "" {
			return all, nil
		}
		in.Set("NextToken", page.NextToken)
	}
}

// Resource is the physical name of the resource with this logical id.
func (c *Client) Resource(ctx context.Context, stack, id string) (string, error) {
	var out struct {
		Name string `xml:"DescribeStackResourceResult>StackResourceDetail>PhysicalResourceId"`
	}
	err := c.wire.Query(ctx, version, "DescribeStackResource", url.Values{"StackName": {stack}, "LogicalResourceId": {id}}, &out)
	return out.Name, err
}

func optional(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}
