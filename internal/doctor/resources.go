package doctor

import (
	"context"

	"github.com/payhooks/payhooks/internal/cloudformation"
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

func (r *run) resource(ctx context.Context, s cloudformation.Resource, kind string, nested bool) ([]string, error) {
	switch {
	case s.Name == "" || s.Status == cloudformation.DeleteComplete:
		return nil, nil
	case s.Kind == kind:
		return []string{s.Name}, nil
	case nested && s.Kind == kindStack:
		return r.resources(ctx, s.Name, kind, true)
	}
	return nil, nil
}
