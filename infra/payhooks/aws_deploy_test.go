//go:build aws

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/payhooks/payhooks/infra/ministack"
)

func (a *account) build() {
	a.sam("build")
	binaries, err := filepath.Glob(filepath.Join(a.dir, ".aws-sam/build/*/bootstrap"))
	a.ok(err)
	sums := a.sums(binaries)
	a.sam("build")
	if again := a.sums(binaries); len(sums) < 3 || !maps.Equal(sums, again) {
		a.Errorf("building twice gives different binaries: %v, %v", sums, again)
	}
}

// sums are the hashes of files, by the folder they are in.
func (a *account) sums(files []string) map[string]string {
	a.Helper()
	sums := map[string]string{}
	for _, f := range files {
		data, err := os.ReadFile(f) //nolint:gosec // of the copy
		a.ok(err)
		sum := sha256.Sum256(data)
		sums[filepath.Base(filepath.Dir(f))] = hex.EncodeToString(sum[:])
	}
	return sums
}

// sam must succeed.
func (a *account) sam(args ...string) string {
	a.Helper()
	out, err := a.Sam(a.Context(), a.dir, args...)
	a.ok(err)
	return out
}

// fails runs SAM for what must not succeed, and leave the stack in this state.
func (a *account) fails(stack, state string, args ...string) {
	a.Helper()
	if out, err := a.Sam(a.Context(), a.dir, args...); err == nil {
		a.Fatalf("sam %v succeeded:\n%s", args, out[max(0, len(out)-1000):])
	}
	if is := a.state(stack); is != state {
		a.Errorf("the stack %s is %s, want %s", stack, is, state)
	}
}

// state is a stack's status, empty for none.
func (a *account) state(stack string) string {
	a.Helper()
	out, err := cloudformation.NewFromConfig(a.Config()).DescribeStacks(a.Context(), &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil && strings.Contains(err.Error(), "does not exist") {
		return ""
	}
	a.ok(err)
	return string(out.Stacks[0].StackStatus)
}

// becomes waits until a stack is in a state.
func (a *account) becomes(stack, state string) {
	a.Helper()
	for begin := time.Now(); a.state(stack) != state; time.Sleep(200 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			a.Fatalf("the stack %s is %s, want %s", stack, a.state(stack), state)
		}
	}
}

// delete is aws cloudformation delete-stack, and the wait for it.
func (a *account) delete(stack string) {
	a.Helper()
	client := cloudformation.NewFromConfig(a.Config())
	_, err := client.DeleteStack(a.Context(), &cloudformation.DeleteStackInput{StackName: &stack})
	a.ok(err)
	wait := cloudformation.NewStackDeleteCompleteWaiter(client, func(o *cloudformation.StackDeleteCompleteWaiterOptions) { o.MinDelay = time.Second })
	a.ok(wait.Wait(a.Context(), &cloudformation.DescribeStacksInput{StackName: &stack}, time.Minute))
}

// deploy builds the checkout and deploys it as an update of the stack.
func (a *account) deploy(stack string) {
	a.Helper()
	a.sam("build")
	a.sam("deploy", "--stack-name", stack, "--no-confirm-changeset")
}

// dataArgs deploy tables and secrets of a stack.
func dataArgs(stack, protection string) []string {
	return []string{
		"deploy", "--config-env", "data", "--stack-name", stack + "-data", "--no-confirm-changeset",
		"--parameter-overrides", "Stack=" + stack, "Protection=" + protection,
	}
}

// data deploys tables and secrets, first without protection.
func (a *account) data(stack string) {
	a.Helper()
	a.sam(dataArgs(stack, "off")...)
	a.sam(dataArgs(stack, "on")...)
}

// broken is a resource that no account can create, after others were.
func broken(file string, after ...string) ministack.Edit {
	return ministack.Edit{File: file, Old: "\nOutputs:", New: `
  Broken:
    Type: AWS::Logs::MetricFilter
    DependsOn: [` + strings.Join(after, ", ") + `]
    Properties:
      LogGroupName: missing
      FilterPattern: ''
      MetricTransformations: [{MetricNamespace: missing, MetricName: missing, MetricValue: '1'}]

Outputs:`}
}

// back takes an edit back.
func back(e ministack.Edit) ministack.Edit {
	return ministack.Edit{File: e.File, Old: e.New, New: e.Old}
}

// failedFirstDeploy: what a deploy that fails half-way created is deleted again,
// and the next deploy succeeds.
func (a *account) failedFirstDeploy() {
	data := broken("infra/data.yaml", "Events", "Cursors", "StripeKey")
	a.change(data)
	a.fails("payhooks-data", "ROLLBACK_COMPLETE", dataArgs("payhooks", "off")...)
	if tables := a.tables("payhooks-"); len(tables) > 0 {
		a.Errorf("a deploy that failed left the tables %v", tables)
	}
	a.delete("payhooks-data")
	a.change(back(data))
	a.data("payhooks")

	main := broken("template.yaml", "Reconcile", "Dispatch")
	a.change(main)
	a.sam("build")
	a.fails("payhooks", "ROLLBACK_COMPLETE", "deploy", "--no-confirm-changeset")
	a.delete("payhooks")
	a.change(back(main))
	a.sam("build")
	if tables := a.tables("payhooks-"); len(tables) == 0 {
		a.Error("the tables went with the functions")
	}
}

// awsParameters are the parameters whose default does not take the month's events.
var awsParameters = map[string]string{"Endpoints": "default=any"}

// mainArgs deploy the functions.
func mainArgs() []string {
	args := []string{"deploy", "--no-confirm-changeset", "--parameter-overrides"}
	for name, value := range awsParameters {
		args = append(args, name+"="+value)
	}
	return args
}

// firstDeploy answers the questions of sam deploy --guided as the README says.
func (a *account) firstDeploy() {
	answers := map[string]string{"no authentication": "y", "Deploy this changeset": "y"}
	for name, value := range awsParameters {
		answers["Parameter "+name+" ["] = value
	}
	out, err := a.Guided(a.Context(), a.dir, answers, "deploy", "--guided")
	a.ok(err)
	if !strings.Contains(out, "/webhooks/default") {
		a.Errorf("the deploy does not print the URL:\n%s", out)
	}
	a.values("payhooks")
	a.transcript(out)
}

// values sets what a new stack needs: secrets, and a sender that SES has verified.
func (a *account) values(stack string) {
	a.Helper()
	for name, value := range map[string]string{
		stack + "/webhooks/default": demoSecret, stack + "/stripe": `{"live":"rk_live_fake","test":"rk_test_fake"}`,
	} {
		_, err := secretsmanager.NewFromConfig(a.Config()).PutSecretValue(a.Context(), &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: &value})
		a.ok(err)
	}
	sender, production := "shop@example.com", true
	mail := sesv2.NewFromConfig(a.Config())
	_, err := mail.CreateEmailIdentity(a.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: &sender})
	if err != nil && !strings.Contains(err.Error(), "AlreadyExists") {
		a.Fatal(err)
	}
	_, err = mail.PutAccountDetails(a.Context(), &sesv2.PutAccountDetailsInput{
		MailType: "TRANSACTIONAL", WebsiteURL: &sender, ProductionAccessEnabled: &production,
	})
	a.ok(err)
}

// transcript writes the questions and answers of the first deploy to the folder
// of the binaries.
func (a *account) transcript(out string) {
	a.Helper()
	a.ok(os.MkdirAll("../../bin", 0o750))
	a.ok(os.WriteFile("../../bin/first-deploy.txt", []byte(out), 0o600))
}

// change edits files of the checkout.
func (a *account) change(edits ...ministack.Edit) {
	a.Helper()
	a.ok(ministack.Apply(a.dir, edits...))
}
