package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// deployed is a stack as CloudFormation describes it.
type deployed struct {
	name       string
	parameters map[string]string
	outputs    map[string]string
}

// dataStack is the name of the stack of a stack's tables and secrets.
func dataStack(stack string) string { return stack + "-data" }

// deployMain and deployData are how the stacks are deployed, again too.
func deployMain(stack string) string { return "sam build && sam deploy --stack-name " + stack }

func deployData(stack string) string {
	return "sam deploy --config-env data --stack-name " + dataStack(stack) + " --parameter-overrides Stack=" + stack
}

// protectData turns on deletion protection, which a first deploy leaves off.
func protectData(stack string) string { return deployData(stack) + " Protection=on" }

// stacks checks that the stack and that of its data are there and whole, and
// keeps them for the other checks.
func (r *run) stacks(ctx context.Context) []Finding {
	var main, data Finding
	r.main, main = r.stack(ctx, "stack", r.Stack, deployMain(r.Stack))
	r.data, data = r.stack(ctx, "data stack", dataStack(r.Stack), deployData(r.Stack))
	return []Finding{main, data}
}

func (r *run) stack(ctx context.Context, check, name, deploy string) (*deployed, Finding) {
	out, err := r.Stacks.DescribeStacks(ctx, name)
	switch {
	case code(err) == "ValidationError" && says(err, "does not exist"), err == nil && len(out) == 0:
		return nil, Finding{check, Failed, "there is no stack " + name + " in this account and region", deploy}
	case err != nil:
		return nil, unknown(check, err)
	}
	s := out[0]
	d := &deployed{name: name, parameters: map[string]string{}, outputs: map[string]string{}}
	for _, p := range s.Parameters {
		d.parameters[text(p.ParameterKey)] = text(p.ParameterValue)
	}
	for _, o := range s.Outputs {
		d.outputs[text(o.OutputKey)] = text(o.OutputValue)
	}
	found := name + " is " + string(s.StackStatus)
	result, do := state(s.StackStatus, name, deploy)
	if reason := text(s.StackStatusReason); result != OK && reason != "" {
		found += ": " + reason
	}
	return d, Finding{check, result, found, do}
}

// state says what a stack's status means, and how to leave it.
func state(status types.StackStatus, name, deploy string) (r Result, do string) {
	const aws = "aws cloudformation "
	at := " --stack-name " + name
	switch status {
	case types.StackStatusCreateComplete, types.StackStatusUpdateComplete, types.StackStatusImportComplete:
		return OK, ""
	case types.StackStatusUpdateRollbackComplete, types.StackStatusImportRollbackComplete:
		return Warning, aws + "describe-stack-events" + at + " shows what failed; then " + deploy
	case types.StackStatusRollbackComplete, types.StackStatusRollbackFailed, types.StackStatusCreateFailed, types.StackStatusReviewInProgress, types.StackStatusDeleteComplete:
		return Failed, aws + "delete-stack" + at + "; then " + deploy
	case types.StackStatusDeleteFailed:
		return Failed, aws + "delete-stack" + at
	case types.StackStatusUpdateRollbackFailed:
		return Failed, aws + "continue-update-rollback" + at
	case types.StackStatusUpdateFailed:
		return Failed, aws + "rollback-stack" + at
	case types.StackStatusDeleteInProgress:
		return Failed, aws + "wait stack-delete-complete" + at + "; then " + deploy
	}
	if strings.HasSuffix(string(status), "_IN_PROGRESS") {
		return Warning, aws + "wait " + waiter(status) + at + ", then run payhooks doctor again"
	}
	return Failed, aws + "describe-stack-events" + at
}

// waiter is the command line's name for the end of what is in progress.
func waiter(status types.StackStatus) string {
	switch {
	case status == types.StackStatusCreateInProgress:
		return "stack-create-complete"
	case strings.Contains(string(status), "ROLLBACK"):
		return "stack-rollback-complete"
	case strings.Contains(string(status), "IMPORT"):
		return "stack-import-complete"
	}
	return "stack-update-complete"
}

// describes is how the description of every template of payhooks begins.
const describes = "payhooks - "

// names checks that no other stack of payhooks shares names of queues with this
// one: NAME-x with an action y, and NAME with an action x-y, both have NAME-x-y.
func (r *run) names(ctx context.Context) []Finding {
	var found []Finding
	all, err := r.Stacks.DescribeStacks(ctx, "")
	if err != nil {
		return []Finding{unknown("names", err)}
	}
	for _, s := range all {
		if name := text(s.StackName); r.meets(s) {
			found = append(found, Finding{
				"names", Failed, fmt.Sprintf("the names of the stacks %s and %s begin alike, so that their queues may meet", r.Stack, name),
				"deploy one of them under another name that does not begin with the other's and a hyphen",
			})
		}
	}
	if len(found) == 0 {
		found = []Finding{{Check: "names", Result: OK, Found: "no other stack of payhooks has a name that begins like " + r.Stack}}
	}
	return found
}

// meets reports whether one stack's name is the beginning of the other's. Nested
// stacks and the stacks of data have no such queues.
func (r *run) meets(s types.Stack) bool {
	name := text(s.StackName)
	if s.ParentId != nil || !strings.HasPrefix(text(s.Description), describes) || holdsData(s) {
		return false
	}
	return strings.HasPrefix(name, r.Stack+"-") || strings.HasPrefix(r.Stack, name+"-")
}

// holdsData reports whether it is the stack of another one's data.
func holdsData(s types.Stack) bool {
	for _, p := range s.Parameters {
		if text(p.ParameterKey) == "Stack" && dataStack(text(p.ParameterValue)) == text(s.StackName) {
			return true
		}
	}
	return false
}
