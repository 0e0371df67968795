//go:build aws

package main

import (
	"os"
	"os/exec"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/ministack"
)

// restoreTable loses events, and puts them back from a copy of the table.
func (a *account) restoreTable() {
	t := a.target("payhooks")
	a.post(t, "payment_intent.succeeded", events.Go, "evt_lost")
	client, live, restored := dynamodb.NewFromConfig(a.Config()), "payhooks-events", "payhooks-events-restored"
	latest := true
	_, err := client.RestoreTableToPointInTime(a.Context(), &dynamodb.RestoreTableToPointInTimeInput{
		SourceTableName: &live, TargetTableName: &restored, UseLatestRestorableTime: &latest,
	})
	a.ok(err)
	_, err = client.DeleteItem(a.Context(), &dynamodb.DeleteItemInput{
		TableName: &live, Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "evt_lost"}},
	})
	a.ok(err)
	if out := a.must("payhooks", "restore", "--from", restored, "--yes"); !strings.Contains(out, "1 item restored") {
		a.Errorf("restore says %s", out)
	}
	a.audited()
	if again := a.must("payhooks", "restore", "--from", restored, "--json"); !strings.Contains(again, `"missing":0`) {
		a.Errorf("the second restore says %s", again)
	}
	_, err = client.DeleteTable(a.Context(), &dynamodb.DeleteTableInput{TableName: &restored})
	a.ok(err)
}

// audited: every row is what the stored events make of it, and nothing is parked.
func (a *account) audited() {
	a.Helper()
	if out := a.must("payhooks", "audit", "--json"); !strings.Contains(out, `"differences":0`) {
		a.Errorf("the audit says %.1000s", out)
	}
	if out := a.must("payhooks", "parked", "--json"); out != "" {
		a.Errorf("parked: %.1000s", out)
	}
}

// badRelease deploys an action that writes wrong amounts, takes the release back,
// and rebuilds what it wrote.
func (a *account) badRelease() {
	needsShop(a.T)
	bad := ministack.Edit{File: "internal/shop/order/report.go", Old: "Amount: priceOf(e, p.Amount, p.Currency), Seen", New: "Amount: priceOf(e, 2*p.Amount, p.Currency), Seen"}
	a.change(bad)
	a.deploy("payhooks")
	a.post(a.target("payhooks"), "payment_intent.succeeded", events.Go, "evt_bad")
	if out := a.must("payhooks", "audit", "--rebuild", "--json"); strings.Contains(out, `"differences":0`) {
		a.Errorf("the bad release wrote nothing wrong: %.1000s", out)
	}
	a.change(back(bad))
	a.deploy("payhooks")
	if out := a.must("payhooks", "audit", "--rebuild", "--yes", "--json"); !strings.Contains(out, `"rebuilt":1`) {
		a.Errorf("the rebuild says %.1000s", out)
	}
	a.audited()
}

// backAndForth deploys the release before this one and this one again, over the
// same tables, with events posted at each.
func (a *account) backAndForth() {
	here, before := a.dir, a.release()
	for i, dir := range []string{before, here, before, here} {
		a.dir = dir
		a.deploy("payhooks")
		t, n := a.target("payhooks"), string(rune('a'+i))
		a.post(t, "payment_intent.succeeded", events.Go, "evt_release"+n)
		a.post(t, "charge.refunded", newest, "evt_refund"+n)
	}
	a.audited()
}

// release is a copy of the repository before the last commit that changed what is
// deployed.
func (a *account) release() string {
	a.Helper()
	log := exec.CommandContext(a.Context(), "git", "log", "-2", "--first-parent", "--format=%H", "--", "functions", "internal", "template.yaml", "infra/action.yaml", "infra/data.yaml")
	log.Dir = "../.."
	out, err := log.Output()
	a.ok(err)
	commits := strings.Fields(string(out))
	if len(commits) < 2 {
		a.Fatalf("the history is cut off: fetch all of it, got %q", out)
	}
	dir := a.TempDir()
	archive := exec.CommandContext(a.Context(), "sh", "-c", "git -C ../.. archive "+commits[1]+" | tar -x -C "+dir) //nolint:gosec // the test's own
	archive.Stderr = os.Stderr
	a.ok(archive.Run())
	a.ok(ministack.Adapt(dir, a.stripe, true))
	a.architecture(dir)
	return dir
}
