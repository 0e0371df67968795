package doctor

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

const (
	kindStack    = "AWS::CloudFormation::Stack"
	kindFunction = "AWS::Lambda::Function"
	kindTable    = "AWS::DynamoDB::Table"
	kindTopic    = "AWS::SNS::Topic"
)

// resources lists the physical names of a kind in the stack, and with nested
// also in the stacks nested in it.
func (r *run) resources(ctx context.Context, stack, kind string, nested bool) ([]string, error) {
	var found []string
	all, err := r.Stacks.ListStackResources(ctx, stack)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		more, err := r.resource(ctx, s, kind, nested)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

func (r *run) resource(ctx context.Context, s types.StackResourceSummary, kind string, nested bool) ([]string, error) {
	switch name := text(s.PhysicalResourceId); {
	case name == "" || s.ResourceStatus == types.ResourceStatusDeleteComplete:
		return nil, nil
	case text(s.ResourceType) == kind:
		return []string{name}, nil
	case nested && text(s.ResourceType) == kindStack:
		return r.resources(ctx, name, kind, true)
	}
	return nil, nil
}
