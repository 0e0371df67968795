package doctor

import (
	"context"
	"slices"

	"github.com/payhooks/payhooks/internal/lambdacall"
	"github.com/payhooks/payhooks/internal/parallel"
)

// functions checks that every function can run.
func (r *run) functions(ctx context.Context) []Finding {
	const check = "functions"
	names, err := r.resources(ctx, r.Stack, kindFunction, true)
	if err != nil {
		return []Finding{unknown(check, err)}
	}
	if len(names) == 0 {
		return []Finding{{check, Failed, "stack " + r.Stack + " has no function", deployMain(r.Stack)}}
	}
	each, err := parallel.Map(ctx, atOnce, names, func(ctx context.Context, name string) ([]Finding, error) {
		return r.function(ctx, name), nil
	})
	if err != nil {
		return []Finding{unknown(check, err)}
	}
	if found := slices.Concat(each...); len(found) > 0 {
		return found
	}
	return []Finding{{Check: check, Result: OK, Found: count(len(names), "function is", "functions are") + " active"}}
}

// function returns what is wrong with one function.
func (r *run) function(ctx context.Context, name string) []Finding {
	check := "function " + name
	out, err := r.Lambda.GetFunctionConfiguration(ctx, name)
	switch {
	case code(err) == "ResourceNotFoundException":
		return []Finding{{check, Failed, "was deleted outside CloudFormation", deployMain(r.Stack)}}
	case err != nil:
		return []Finding{unknown(check, err)}
	}
	wait := "aws lambda wait function-active-v2 --function-name " + name
	switch out.State {
	case lambdacall.StateActive:
	case lambdacall.StatePending:
		return []Finding{{check, Warning, "is Pending: " + out.StateReason, wait}}
	case lambdacall.StateInactive: // Lambda took an idle function's resources back
		return []Finding{{check, Warning, "is Inactive: its next invocation fails and makes it active again", wait}}
	default:
		return []Finding{{check, Failed, "is " + out.State + ": " + out.StateReason, deployMain(r.Stack)}}
	}
	if out.LastUpdateStatus == lambdacall.LastUpdateFailed {
		return []Finding{{check, Failed, "runs the code before its last update, which failed: " + out.LastUpdateStatusReason, deployMain(r.Stack)}}
	}
	return nil
}
