//go:build aws

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/payhooks/payhooks/infra/ministack"
)

// A parameter that changes alone arrives at an action with a canary, with the next release
// and not before; and the role of operators sees it.
func TestCanaryOnMiniStack(t *testing.T) {
	needsShop(t)
	a := newAccount(t)
	a.data("payhooks")
	a.alias("grant-access")
	a.deployRelease("one", "GraceDays=8")
	a.values("payhooks")
	a.grace("8")
	a.deployRelease("one", "GraceDays=9") // the version is that of the release
	a.grace("8")
	a.deployRelease("two", "GraceDays=9")
	a.grace("9")
	a.post(a.target("payhooks"), "customer.subscription.updated", newest, "evt_canary")
	a.operates()
	a.operating()
	if out := a.must("payhooks", "events", "show", "evt_canary", "--json"); !strings.Contains(out, "grant-access") {
		a.Errorf("the alias did nothing: %.1000s", out)
	}
	for _, line := range []string{"status", "parked", "deadletters", "deadletters redrive --yes", "quarantine list", "events list --report bounced", "replay evt_canary --again --yes", "reconcile", "access", "audit"} {
		a.must("payhooks", strings.Fields(line)...)
	}
}

// alias gives an action the lines that infra/COMPANY.md shows. MiniStack has no CodeDeploy.
func (a *account) alias(action string) {
	a.Helper()
	page, err := os.ReadFile("../../infra/COMPANY.md")
	a.ok(err)
	lines := regexp.MustCompile(`      DeploymentPreference: .*\n`).ReplaceAllString(fenced(a.T, string(page), "yaml", "AutoPublishAlias"), "")
	function := "      CodeUri: functions/" + action + "\n"
	a.change(ministack.Edit{File: "template.yaml", Old: function, New: function + lines})
}

// deployRelease deploys a release. MiniStack's translator of SAM has the defaults of parameters only.
func (a *account) deployRelease(name string, parameters ...string) {
	a.Helper()
	file := filepath.Join(a.dir, "template.yaml")
	text, err := os.ReadFile(file) //nolint:gosec // of the copy
	a.ok(err)
	defaults := regexp.MustCompile(`(\n  Release:\n    Type: String\n    Default: ).*`)
	a.ok(os.WriteFile(file, defaults.ReplaceAll(text, []byte("${1}"+name)), 0o600))
	a.sam("build")
	a.sam(append(mainArgs(), parameters...)...)
}

// grace is what the version has that the queue feeds.
func (a *account) grace(want string) {
	a.Helper()
	name, err := a.Resource(a.Context(), "payhooks", "GrantAccess")
	a.ok(err)
	client := lambda.NewFromConfig(a.Config())
	out, err := client.GetFunctionConfiguration(a.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &name, Qualifier: aws.String("live")})
	a.ok(err)
	if got := out.Environment.Variables["GRACE_DAYS"]; got != want {
		a.Errorf("the alias has GraceDays %s, want %s", got, want)
	}
	mappings, err := client.ListEventSourceMappings(a.Context(), &lambda.ListEventSourceMappingsInput{FunctionName: &name})
	a.ok(err)
	if len(mappings.EventSourceMappings) != 1 || !strings.HasSuffix(*mappings.EventSourceMappings[0].FunctionArn, ":live") {
		a.Errorf("the queue feeds %+v, not the alias", mappings.EventSourceMappings)
	}
}

// operates deploys the role of infra/roles.yaml for those who operate the stack.
func (a *account) operates() {
	a.Helper()
	a.sam("deploy", "--config-env", "roles", "--no-confirm-changeset", "--parameter-overrides", "Repository=owner/name", "Provider=exists", "Operator=arn:aws:iam::000000000000:root")
}

// operating gives the commands that role for the rest of the test.
func (a *account) operating() {
	a.Helper()
	out, err := sts.NewFromConfig(a.Config()).AssumeRole(a.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::000000000000:role/payhooks-operate-payhooks"), RoleSessionName: aws.String("operator"),
	})
	a.ok(err)
	a.Setenv("AWS_ACCESS_KEY_ID", *out.Credentials.AccessKeyId)
	a.Setenv("AWS_SECRET_ACCESS_KEY", *out.Credentials.SecretAccessKey)
	a.Setenv("AWS_SESSION_TOKEN", *out.Credentials.SessionToken)
}
