package doctor

import (
	"testing"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/payhooks/payhooks/internal/cloudformation"
)

func status(s cfn.StackStatus) func(*cloud) {
	return func(c *cloud) { c.stacks[0].Status = string(s) }
}

func TestStateOfTheStacks(t *testing.T) {
	expectFindings(t, []broken{
		{"absent", func(c *cloud) { c.stacks = c.stacks[1:] }, "stack", Failed, "there is no stack shop", "sam deploy --stack-name shop"},
		{"without its data", func(c *cloud) { c.stacks = c.stacks[:1] }, "data stack", Failed, "there is no stack shop-data", "sam deploy --config-env data --stack-name shop-data --parameter-overrides Stack=shop"},
		{"never created", status(cfn.StackStatusRollbackComplete), "stack", Failed, "ROLLBACK_COMPLETE", "aws cloudformation delete-stack --stack-name shop; then sam build"},
		{"creation failed", status(cfn.StackStatusCreateFailed), "stack", Failed, "CREATE_FAILED", "delete-stack --stack-name shop"},
		{"only a change set", status(cfn.StackStatusReviewInProgress), "stack", Failed, "REVIEW_IN_PROGRESS", "delete-stack --stack-name shop"},
		{"rollback failed", status(cfn.StackStatusUpdateRollbackFailed), "stack", Failed, "UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback --stack-name shop"},
		{"update failed", status(cfn.StackStatusUpdateFailed), "stack", Failed, "UPDATE_FAILED", "aws cloudformation rollback-stack --stack-name shop"},
		{"deletion failed", status(cfn.StackStatusDeleteFailed), "stack", Failed, "DELETE_FAILED", "delete-stack --stack-name shop"},
		{"being deleted", status(cfn.StackStatusDeleteInProgress), "stack", Failed, "DELETE_IN_PROGRESS", "wait stack-delete-complete --stack-name shop"},
		{"import rollback failed", status(cfn.StackStatusImportRollbackFailed), "stack", Failed, "IMPORT_ROLLBACK_FAILED", "describe-stack-events --stack-name shop"},
		{"rolled back", status(cfn.StackStatusUpdateRollbackComplete), "stack", Warning, "UPDATE_ROLLBACK_COMPLETE", "describe-stack-events --stack-name shop"},
		{"being created", status(cfn.StackStatusCreateInProgress), "stack", Warning, "CREATE_IN_PROGRESS", "wait stack-create-complete"},
		{"being updated", status(cfn.StackStatusUpdateInProgress), "stack", Warning, "UPDATE_IN_PROGRESS", "wait stack-update-complete"},
		{"rolling back", status(cfn.StackStatusUpdateRollbackInProgress), "stack", Warning, "UPDATE_ROLLBACK_IN_PROGRESS", "wait stack-rollback-complete"},
		{"being imported", status(cfn.StackStatusImportInProgress), "stack", Warning, "IMPORT_IN_PROGRESS", "wait stack-import-complete"},
		{"with a reason", func(c *cloud) {
			c.stacks[1].Status, c.stacks[1].Reason = string(cfn.StackStatusRollbackComplete), "no quota"
		}, "data stack", Failed, "shop-data is ROLLBACK_COMPLETE: no quota", "delete-stack --stack-name shop-data; then sam deploy --config-env data"},
		{"denied", func(c *cloud) { c.errs["DescribeStacks shop"] = denied("cloudformation", "DescribeStacks") }, "stack", Unknown, "lack cloudformation:DescribeStacks", "allow cloudformation:DescribeStacks"},
		{"what needs it", func(c *cloud) { c.errs["DescribeStacks shop"] = errDown }, "alarms", Unknown, "stack shop could not be read", "see the check stack"},
		{"what needs its data", func(c *cloud) { c.stacks = c.stacks[:1] }, "tables", Unknown, "stack shop-data could not be read", "see the check stack"},
	})
}

func TestNamesOfStacksMustNotMeet(t *testing.T) {
	expectFindings(t, []broken{
		{"longer", func(c *cloud) { c.stack("shop-send", cfn.StackStatusCreateComplete) }, "names", Failed, "shop and shop-send begin alike", "another name"},
		{"shorter", func(c *cloud) { c.stack("shop-data-x", cfn.StackStatusCreateComplete) }, "names", Failed, "shop-data-x", "another name"},
		{"somebody else's", func(c *cloud) {
			c.stack("shop-web", cfn.StackStatusCreateComplete)
			c.stacks[3].Description = "a web site"
		}, "names", OK, "no other stack", ""},
		{"nested", func(c *cloud) {
			c.stack("shop-Alarms-1", cfn.StackStatusCreateComplete)
			c.stacks[3].Parent = "arn:shop"
		}, "names", OK, "no other stack", ""},
		{"without a hyphen", func(c *cloud) { c.stack("shopping", cfn.StackStatusCreateComplete) }, "names", OK, "no other stack", ""},
		{"denied", func(c *cloud) { c.errs["DescribeStacks"] = denied("cloudformation", "DescribeStacks") }, "names", Unknown, "cloudformation:DescribeStacks", "allow"},
	})
	r := &run{Doctor: &Doctor{Stack: "shop-data-x"}}
	if s := (cloudformation.Stack{Name: "shop", Description: "payhooks - x"}); !r.meets(s) {
		t.Error("a shorter name is not found")
	}
}
