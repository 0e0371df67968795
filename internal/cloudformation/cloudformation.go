// Package cloudformation reads deployed stacks. CloudFormation speaks the query protocol,
// and three of its calls are needed: the SDK's client of all of them is the largest package
// there is to compile. The types are the SDK's.
package cloudformation

import (
	"context"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

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
func (c *Client) DescribeStacks(ctx context.Context, name string) (all []types.Stack, err error) {
	for in := (url.Values{"StackName": optional(name)}); ; {
		var page struct {
			Stacks    []stack `xml:"DescribeStacksResult>Stacks>member"`
			NextToken string  `xml:"DescribeStacksResult>NextToken"`
		}
		if err := c.wire.Query(ctx, version, "DescribeStacks", in, &page); err != nil {
			return nil, err
		}
		for _, s := range page.Stacks {
			all = append(all, s.read())
		}
		if page.NextToken == "" {
			return all, nil
		}
		in.Set("NextToken", page.NextToken)
	}
}

// ListStackResources returns the resources of a stack, with their names, kinds and states.
func (c *Client) ListStackResources(ctx context.Context, name string) (all []types.StackResourceSummary, err error) {
	for in := (url.Values{"StackName": {name}}); ; {
		var page struct {
			Resources []resource `xml:"ListStackResourcesResult>StackResourceSummaries>member"`
			NextToken string     `xml:"ListStackResourcesResult>NextToken"`
		}
		if err := c.wire.Query(ctx, version, "ListStackResources", in, &page); err != nil {
			return nil, err
		}
		for _, r := range page.Resources {
			all = append(all, types.StackResourceSummary{
				PhysicalResourceId: r.PhysicalResourceID, ResourceType: r.ResourceType, ResourceStatus: r.ResourceStatus,
			})
		}
		if page.NextToken == "" {
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
