//go:build aws

package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/demo"
	"github.com/payhooks/payhooks/infra/ministack"
	"github.com/payhooks/payhooks/internal/event"
)

const newest = "2026-08-26.dahlia"

func (a *account) month() {
	p, err := newPlan(demo.Seed, 24)
	a.ok(err)
	t := a.target("payhooks")
	r, err := demo.Verify(command(a.T), t, p)
	if err != nil {
		a.explain("payhooks")
		a.Fatal(err)
	}
	for _, broken := range r.Broken[:min(5, len(r.Broken))] {
		a.Errorf("%.500s", broken)
	}
	if r.Events != len(p.Events) || r.Audit.Checked == 0 {
		a.Errorf("%d of %d events were compared, %d rows audited", r.Events, len(p.Events), r.Audit.Checked)
	}
	if len(plans) > 0 { // with the shop
		a.mailed("payhooks")
	}
	a.Logf("%d events in %d requests, all done in %.1f s; %d rows audited", r.Events, r.Requests, r.Seconds, r.Audit.Checked)
}

// typed is an action that reads events of one API version only.
const typed = `package main

import (
	"context"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/action"
)

func main() { action.Start(notify) }

func notify(_ context.Context, e *action.Event[stripe.Subscription]) error {
	e.Outcome("notified the success team")
	return nil
}
`

// addAction adds an action with the README's block.
func (a *account) addAction() {
	doc, err := os.ReadFile("../../README.md")
	a.ok(err)
	folder := filepath.Join(a.dir, "functions", "notify-churn")
	a.ok(os.MkdirAll(folder, 0o750))
	a.ok(os.WriteFile(filepath.Join(folder, "main.go"), []byte(typed), 0o600))
	addBlock(a.T, filepath.Join(a.dir, "template.yaml"), fenced(a.T, string(doc), "yaml", "NotifyChurn"))
	// As the test's copy of the other blocks.
	a.change(ministack.Edit{File: "template.yaml", Old: "MaximumConcurrency: !Ref ActionConcurrency", New: "MaximumConcurrency: 10"})
	a.deploy("payhooks")
	t := a.target("payhooks")
	a.post(t, "customer.subscription.deleted", events.Go, "evt_added")
	a.delivered(t, "evt_added", "notify-churn", event.Done, "notified the success team")

	a.change(ministack.Edit{File: "template.yaml", Old: "          customer.subscription.deleted\n\nOutputs:", New: "          customer.subscription.deleted,\n          customer.subscription.paused\n\nOutputs:"})
	a.deploy("payhooks")
	a.post(t, "customer.subscription.paused", events.Go, "evt_changed")
	a.delivered(t, "evt_changed", "notify-churn", event.Done, "notified")
	// The action reads one version only; another parks, which everyCommand needs.
	a.post(t, "customer.subscription.deleted", newest, "evt_parked")
	a.delivered(t, "evt_parked", "notify-churn", event.Parked, "2023-10-16")
}

// secondStack shares nothing with the first. Its actions have the attributes that
// MiniStack forgets, so that an update of one fails, and its rollback too.
func (a *account) secondStack() {
	forgets := ministack.Edit{File: "infra/action.yaml", Old: "Value: !Sub '${Stack}-${Action}'}]", New: "Value: !GetAtt Queue.QueueName}]"}
	a.change(forgets)
	a.data("other")
	a.sam("build")
	deploy := []string{"deploy", "--stack-name", "other", "--no-confirm-changeset", "--parameter-overrides", "Endpoints=default=any"}
	a.sam(deploy...)
	a.values("other")
	t := a.target("other")
	a.post(t, "payment_intent.succeeded", events.Go, "evt_other")
	if out := a.must("payhooks", "events", "list", "--limit", "1000"); strings.Contains(out, "evt_other") {
		a.Error("an event of one stack is in the other")
	}
	a.stuck(deploy)
	a.post(t, "payment_intent.succeeded", events.Go, "evt_other2")
	a.delete("other")
	a.change(back(forgets))
	a.sam("build")
}

// stuck leaves UPDATE_ROLLBACK_FAILED and UPDATE_FAILED with the commands of
// infra/RUNBOOK.md.
func (a *account) stuck(deploy []string) {
	a.Helper()
	types := ministack.Edit{File: "template.yaml", Old: "deleted,\n          customer.subscription.paused\n\nOutputs:", New: "deleted\n\nOutputs:"}
	a.change(types)
	a.sam("build")
	a.fails("other", "UPDATE_ROLLBACK_FAILED", deploy...)
	client, stack := cloudformation.NewFromConfig(a.Config()), "other"
	_, err := client.ContinueUpdateRollback(a.Context(), &cloudformation.ContinueUpdateRollbackInput{StackName: &stack, ResourcesToSkip: []string{"NotifyChurnDelivery"}})
	a.ok(err)
	a.becomes("other", "UPDATE_ROLLBACK_COMPLETE")
	a.change(back(types))

	main := broken("template.yaml", "Reconcile")
	a.change(main)
	a.sam("build")
	a.fails("other", "UPDATE_FAILED", append(deploy, "--disable-rollback")...)
	_, err = client.RollbackStack(a.Context(), &cloudformation.RollbackStackInput{StackName: &stack})
	a.ok(err)
	a.becomes("other", "UPDATE_ROLLBACK_COMPLETE")
	a.change(back(main))
}

// addTable: a deploy that adds a table and fails deletes it again.
func (a *account) addTable() {
	table := ministack.Edit{File: "infra/data.yaml", Old: "\nOutputs:", New: `
  Churn:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Properties:
      TableName: !Sub '${Stack}-churn'
      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: !If [Protected, true, false]
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
      SSESpecification: {SSEEnabled: true}
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]

Outputs:`}
	a.change(table)
	broken := broken("infra/data.yaml", "Churn")
	a.change(broken)
	a.fails("payhooks-data", "UPDATE_ROLLBACK_COMPLETE", dataArgs("payhooks", "off")...)
	if left := a.tables("payhooks-churn"); len(left) > 0 {
		a.Error("the table of an update that failed is left")
	}
	a.change(back(broken))
	a.data("payhooks")
	if made := a.tables("payhooks-churn"); len(made) != 1 {
		a.Errorf("the table was not created: %v", made)
	}
}

func (a *account) addIndex() {
	a.change(
		ministack.Edit{File: "infra/data.yaml", Old: "        - {AttributeName: customer_key, AttributeType: S}\n", New: "        - {AttributeName: customer_key, AttributeType: S}\n        - {AttributeName: type, AttributeType: S}\n"},
		ministack.Edit{File: "infra/data.yaml", Old: "        - IndexName: customer\n", New: "        - IndexName: kind\n          KeySchema: [{AttributeName: type, KeyType: HASH}, {AttributeName: created, KeyType: RANGE}]\n          Projection: {ProjectionType: KEYS_ONLY}\n        - IndexName: customer\n"},
	)
	a.data("payhooks")
	name := "payhooks-events"
	out, err := dynamodb.NewFromConfig(a.Config()).DescribeTable(a.Context(), &dynamodb.DescribeTableInput{TableName: &name})
	a.ok(err)
	if len(out.Table.GlobalSecondaryIndexes) != 4 {
		a.Errorf("the table has %d indexes, want 4", len(out.Table.GlobalSecondaryIndexes))
	}
	a.post(a.target("payhooks"), "payment_intent.succeeded", events.Go, "evt_indexed")
}

// renameAction: the old action's queue goes, its deliveries stay in the ledger.
func (a *account) renameAction() {
	a.ok(os.Rename(filepath.Join(a.dir, "functions/notify-churn"), filepath.Join(a.dir, "functions/notify-team")))
	a.change(
		ministack.Edit{File: "template.yaml", Old: "NotifyChurn", New: "NotifyTeam"},
		ministack.Edit{File: "template.yaml", Old: "notify-churn", New: "notify-team"},
	)
	a.deploy("payhooks")
	if a.hasQueue("payhooks-notify-churn") || !a.hasQueue("payhooks-notify-team") {
		a.Error("the old queue is there, or the new one is not")
	}
	t := a.target("payhooks")
	stored := a.post(t, "customer.subscription.deleted", events.Go, "evt_renamed")
	a.delivered(t, "evt_renamed", "notify-team", event.Done, "notified")
	if strings.Contains(strings.Join(stored.Subscribers, " "), "notify-churn") {
		a.Errorf("the removed action is a subscriber: %v", stored.Subscribers)
	}
	a.delivered(t, "evt_added", "notify-churn", event.Done, "notified the success team")
}

// deleteAndCreate: tables and secrets outlive the stack; the URL is a new one.
func (a *account) deleteAndCreate() {
	before := a.must("payhooks", "events", "list", "--limit", "1000")
	api, err := a.Resource(a.Context(), "payhooks", "Api")
	a.ok(err)
	a.delete("payhooks")
	if state := a.state("payhooks"); state != "" && state != "DELETE_COMPLETE" {
		a.Errorf("the stack is %s", state)
	}
	a.sam(mainArgs()...)
	again, err := a.Resource(a.Context(), "payhooks", "Api")
	a.ok(err)
	if again == api {
		a.Error("the API is the old one")
	}
	if after := a.must("payhooks", "events", "list", "--limit", "1000"); after != before {
		a.Errorf("the events are not those of before:\n%.500s\n%.500s", before, after)
	}
	a.post(a.target("payhooks"), "payment_intent.succeeded", events.Go, "evt_again")
	a.audited()
}
