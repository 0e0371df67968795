package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/cloudformation"
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
	found := name + " is " + s.Status
	result, do := state(s.Status, name, deploy)
	if result != OK && s.Reason != "" {
		found += ": " + s.Reason
	}
	return &deployed{name, s.Parameters, s.Outputs}, Finding{check, result, found, do}
}

// state says what a stack's status means, and how to leave it.
func state(status string, name, deploy string) (r Result, do string) {
	const aws = "aws cloudformation "
	at := " --stack-name " + name
	switch status {
	case "CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE":
		return OK, ""
	case "UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE":
		return Warning, aws + "describe-stack-events" + at + " shows what failed; then " + deploy
	case "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE":
		return Failed, aws + "delete-stack" + at + "; then " + deploy
	case "DELETE_FAILED":
		return Failed, aws + "delete-stack" + at
	case "UPDATE_ROLLBACK_FAILED":
		return Failed, aws + "continue-update-rollback" + at
	case "UPDATE_FAILED":
		return Failed, aws + "rollback-stack" + at
	case "DELETE_IN_PROGRESS":
		return Failed, aws + "wait stack-delete-complete" + at + "; then " + deploy
	}
	if strings.HasSuffix(status, "_IN_PROGRESS") {
		return Warning, aws + "wait " + waiter(status) + at + ", then run payhooks doctor again"
	}
	return Failed, aws + "describe-stack-events" + at
}

// waiter is the command line's name for the end of what is in progress.
func waiter(status string) string {
	switch {
	case status == "CREATE_IN_PROGRESS":
		return "stack-create-complete"
	case strings.Contains(status, "ROLLBACK"):
		return "stack-rollback-complete"
	case strings.Contains(status, "IMPORT"):
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
		if r.meets(s) {
			found = append(found, Finding{
				"names", Failed, fmt.Sprintf("the names of the stacks %s and %s begin alike, so that their queues may meet", r.Stack, s.Name),
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
func (r *run) meets(s cloudformation.Stack) bool {
	if s.Parent != "" || !strings.HasPrefix(s.Description, describes) || holdsData(s) {
		return false
	}
	return strings.HasPrefix(s.Name, r.Stack+"-") || strings.HasPrefix(r.Stack, s.Name+"-")
}

// holdsData reports whether it is the stack of another one's data.
func holdsData(s cloudformation.Stack) bool {
	of, ok := s.Parameters["Stack"]
	return ok && dataStack(of) == s.Name
}
