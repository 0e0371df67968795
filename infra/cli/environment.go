package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/cloudformation"
	"github.com/payhooks/payhooks/internal/lambdacall"
)

// Environment is the environment of the function of an action, as the stack's
// parameters set it: what a command needs that reads rows as the action means them.
func (t *Target) Environment(ctx context.Context, action string) (getenv func(string) string, err error) {
	if t.Local != nil {
		return func(name string) string { return t.Local.Environment[action][name] }, nil
	}
	name, err := lambdacall.Deployed(cloudformation.New(t.AWS, time.Now), t.Stack)(ctx, action)
	if err != nil {
		return nil, err
	}
	out, err := t.lambda().GetFunctionConfiguration(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("read the parameters of %s: %w", action, err)
	}
	return func(name string) string { return out.Environment.Variables[name] }, nil
}
