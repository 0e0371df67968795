//go:build aws

package main

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
	"github.com/payhooks/payhooks/internal/event"
)

// tables lists the tables whose names begin so.
func (a *account) tables(prefix string) (names []string) {
	a.Helper()
	out, err := dynamodb.NewFromConfig(a.Config()).ListTables(a.Context(), &dynamodb.ListTablesInput{})
	a.ok(err)
	for _, name := range out.TableNames {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	return names
}

// explain logs what is not done, and why.
func (a *account) explain(stack string) {
	a.Helper()
	for _, status := range []string{"pending", "waiting", "parked", "unknown"} {
		list := run(a.T, "events", "list", "--status", status, "--limit", "2", "--stack", stack)
		a.Logf("%s:\n%s%s", status, list.out, list.err)
		for _, id := range regexp.MustCompile(`evt_\w+`).FindAllString(list.out, 2) {
			shown := run(a.T, "events", "show", id, "--json", "--stack", stack)
			a.Logf("%.1500s%s", shown.out, shown.err)
		}
	}
}

// hasQueue says whether a queue exists.
func (a *account) hasQueue(name string) bool {
	a.Helper()
	_, err := sqs.NewFromConfig(a.Config()).GetQueueUrl(a.Context(), &sqs.GetQueueUrlInput{QueueName: &name})
	var missing smithy.APIError
	if errors.As(err, &missing) && strings.Contains(missing.ErrorCode(), "NonExistentQueue") {
		return false
	}
	a.ok(err)
	return true
}

// post posts a sample under a new id, and waits until it is done with.
func (a *account) post(t *cli.Target, kind, version, id string) event.Stored {
	a.Helper()
	body, err := events.Sample(kind, version)
	a.ok(err)
	body = bytes.Replace(body, []byte(idOf(a.T, body)), []byte(id), 1)
	a.ok(demo.Post(a.Context(), t.API, body))
	if err := demo.WaitIdle(command(a.T), t, time.Minute); err != nil {
		a.explain(t.Stack)
		a.Fatal(err)
	}
	stored, err := t.Tables.Get(a.Context(), id)
	a.ok(err)
	return stored
}

// delivered checks what becomes of an event at an action. Dispatch may not know a
// new rule for a minute; the bus sends the event there all the same.
func (a *account) delivered(t *cli.Target, id, action string, state event.State, outcome string) {
	a.Helper()
	var ds []event.Delivery
	for begin := time.Now(); time.Since(begin) < 2*time.Minute; time.Sleep(time.Second) {
		ds = deliveriesOf(a.T, t, id)
		if slices.ContainsFunc(ds, func(d event.Delivery) bool {
			return d.Action == action && d.State == state && strings.Contains(d.Outcome+d.Error, outcome)
		}) {
			return
		}
	}
	a.Errorf("%s at %s is not %s with %q: %+v", id, action, state, outcome, ds)
}

// must runs a command with --stack.
func (a *account) must(stack string, args ...string) string {
	a.Helper()
	r := run(a.T, append(args, "--stack", stack)...)
	if r.code != 0 {
		a.Fatalf("payhooks %s: exit %d\n%s%s", strings.Join(args, " "), r.code, r.out, r.err)
	}
	return r.out
}

// mailed compares the mails that SES has with the effects that the ledger has as
// done.
func (a *account) mailed(stack string) {
	a.Helper()
	table, begins, done := stack+"-deliveries", "send-receipt#effect#", 0
	pages := dynamodb.NewScanPaginator(dynamodb.NewFromConfig(a.Config()), &dynamodb.ScanInput{
		TableName: &table, FilterExpression: aws.String("begins_with(id, :b) AND NOT contains(id, :read) AND #s = :done"),
		ExpressionAttributeNames: map[string]string{"#s": "state"},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":read": &types.AttributeValueMemberS{Value: "#refunds/"}, // a read that is kept
			":b":    &types.AttributeValueMemberS{Value: begins}, ":done": &types.AttributeValueMemberS{Value: "done"},
		},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(a.Context())
		a.ok(err)
		done += len(page.Items)
	}
	sent, err := a.Mails(a.Context())
	a.ok(err)
	if done == 0 || len(sent) != done {
		a.Errorf("SES has %d mails, the ledger %d effects of send-receipt", len(sent), done)
	}
}
