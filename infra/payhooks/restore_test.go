package main

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/local/template"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// restoredTable copies a table of the stack as point-in-time recovery does.
func (o *rig) restoredTable(table string) (name string) {
	o.Helper()
	for _, made := range o.stack.Template.Tables {
		if made.Name != o.Stack+"-"+table {
			continue
		}
		from, db := made.Name, dynamodb.NewFromConfig(o.AWS)
		made.Name, made.Create = from+"-restored", maps.Clone(made.Create)
		err := o.stack.Engine.Client().CreateTables(o.Context(), []template.Table{made})
		for pages := dynamodb.NewScanPaginator(db, &dynamodb.ScanInput{TableName: &from}); err == nil && pages.HasMorePages(); {
			var page *dynamodb.ScanOutput
			if page, err = pages.NextPage(o.Context()); err != nil {
				break
			}
			for _, it := range page.Items {
				_, bad := db.PutItem(o.Context(), &dynamodb.PutItemInput{TableName: &made.Name, Item: it})
				err = errors.Join(err, bad)
			}
		}
		if err != nil {
			o.Fatal(err)
		}
		return made.Name
	}
	o.Fatalf("no table %s", table)
	return ""
}

// lose deletes an item of a table behind everybody's back.
func (o *rig) lose(table, id string) {
	o.Helper()
	_, err := dynamodb.NewFromConfig(o.AWS).DeleteItem(o.Context(), &dynamodb.DeleteItemInput{
		TableName: awssdk.String(o.Stack + "-" + table), Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}},
	})
	if err != nil {
		o.Fatal(err)
	}
}

func TestLostEventsAreRestoredAndNotDeliveredAgain(t *testing.T) {
	o := newOperator(t)
	ids := o.charges(3)
	for _, id := range ids {
		o.status(id, event.StatusDone)
	}
	before, lost := o.show(ids[1]), receipts+"#"+ids[2]
	events, deliveries := o.restoredTable("events"), o.restoredTable("deliveries")
	o.lose("events", ids[1])
	o.lose("events", ids[2])
	o.lose("deliveries", lost)

	var r operator.RestoreResult
	step := func(want operator.RestoreResult, args ...string) {
		o.Helper()
		r = object[operator.RestoreResult](o.T, o.must(append([]string{"restore", "--json", "--from"}, args...)...))
		if r.Listed < 3 || r.Missing != want.Missing || r.Stored != want.Stored || !cmp.Equal(r.Sample, want.Sample) || !cmp.Equal(r.Skipped, want.Skipped) {
			o.Fatalf("%v: %+v, want %+v", args, r, want)
		}
	}
	unrecorded := map[event.Reason]int{operator.ReasonUnrecorded: 1}
	step(operator.RestoreResult{Missing: 2, Sample: ids[1:2], Skipped: unrecorded}, events)
	step(operator.RestoreResult{Missing: 2, Stored: 1, Skipped: unrecorded}, events, "--yes")
	step(operator.RestoreResult{Missing: 1, Stored: 1}, deliveries, "--yes")
	text := o.must("restore", "--from", events, "--yes", "--rate", "1000")
	if !strings.Contains(text, "1 missing in events\n1 item restored\nnext step    payhooks audit\n") {
		t.Errorf("printed %q", text)
	}
	if diff := cmp.Diff(before, o.show(ids[1])); diff != "" {
		t.Errorf("restored event (-before +after)\n%s", diff)
	}
	o.must("reconcile")
	o.status(ids[2], event.StatusDone)
	for _, id := range ids {
		if d := o.delivered(id, receipts, event.Done); d.Attempts != 1 || o.mails(id) != 1 {
			t.Errorf("%s: %d attempts, %d mails; want one each", id, d.Attempts, o.mails(id))
		}
	}
	o.must("audit")
	for args, says := range map[string]string{
		"--from local-nothing":                    "name the table that it is a copy of, one of access, ",
		"--from local-nothing --into events":      "no table local-nothing; aws dynamodb restore-table-to-point-in-time",
		"--from local-events":                     "one of the stack itself",
		"--from " + events + " --into quarantine": "a copy of events, not of quarantine",
	} {
		if r := o.run(append([]string{"restore"}, strings.Fields(args)...)...); r.code != 1 || !strings.Contains(r.err, says) {
			t.Errorf("%s: exit %d, %s", args, r.code, r.err)
		}
	}
}

func TestStoppedRestoreSaysHowToResume(t *testing.T) {
	d := operatortest.New(t, time.Now, 4)
	d.Copies.Make("memory-events-restored", "events")
	d.Copies.PageSize = 2
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	f := &restoreFlags{rate: 1000, line: []string{"payhooks", "restore", "--from", "memory-events-restored", "--yes", "--resume", "evt_00001"}}
	f.From, f.After = "memory-events-restored", "evt_00001"
	d.Copies.Lose("events", "evt_00002")
	d.Copies.Lose("events", "evt_00003")
	f.Unrecorded = true
	o := *d.Operator
	o.Sleep = func(ctx context.Context, _ time.Duration) error {
		stop()
		return ctx.Err()
	}
	var out bytes.Buffer
	cmd := &cobra.Command{RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd, &o, true) }}
	cmd.SetOut(&out)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.ExecuteContext(ctx)
	if err == nil || !strings.HasSuffix(err.Error(), "stopped after 2 items; resume with: payhooks restore --from memory-events-restored --yes --resume evt_00001") {
		t.Errorf("%v", err)
	}
	if !strings.Contains(out.String(), "0 items restored") || strings.Contains(out.String(), "next step") {
		t.Errorf("printed %q", out.String())
	}
}
