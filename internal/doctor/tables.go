package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/parallel"
)

// atOnce is how many tables or functions are described at once.
const atOnce = 8

// pipelineTables are those without which nothing works.
var pipelineTables = []string{"cursors", "deliveries", "events", "quarantine"}

// expiring are the tables whose items expire, by the attribute "expires".
var expiring = []string{"deliveries", "events", "quarantine"}

const expires = "expires"

// tables checks every table of the data stack.
func (r *run) tables(ctx context.Context) []Finding {
	names, err := r.resources(ctx, r.data.name, kindTable, true)
	if err != nil {
		return []Finding{unknown("tables", err)}
	}
	var found []Finding
	for _, short := range pipelineTables {
		if name := r.Stack + "-" + short; !slices.Contains(names, name) {
			found = append(found, Finding{"table " + name, Failed, "is not in stack " + r.data.name, deployData(r.Stack)})
		}
	}
	each, err := parallel.Map(ctx, atOnce, names, func(ctx context.Context, name string) ([]Finding, error) {
		return r.table(ctx, name), nil
	})
	if err != nil {
		return []Finding{unknown("tables", err)}
	}
	if found = append(found, slices.Concat(each...)...); len(found) > 0 {
		return found
	}
	return []Finding{{Check: "tables", Result: OK, Found: fmt.Sprintf(
		"%s with deletion protection and point-in-time recovery; items expire in %s", count(len(names), "table", "tables"), strings.Join(expiring, ", "))}}
}

// table returns what is wrong with one table.
func (r *run) table(ctx context.Context, name string) []Finding {
	check := "table " + name
	out, err := r.Tables.DescribeTable(ctx, &ddb.DescribeTableInput{TableName: &name})
	switch {
	case code(err) == "ResourceNotFoundException":
		return []Finding{{check, Failed, "was deleted outside CloudFormation", "restore it from a backup under its name, then " + deployData(r.Stack)}}
	case err != nil:
		return []Finding{unknown(check, err)}
	}
	var found []Finding
	if !out.Table.DeletionProtectionEnabled {
		found = append(found, Finding{check, Failed, "has no deletion protection", protectData(r.Stack)})
	}
	if lost, ok := keyLost(check, name, out.Table); ok {
		return append(found, lost) // what else is wrong with it cannot be changed now
	}
	if s := out.Table.TableStatus; s != ddb.TableActive && s != ddb.TableUpdating {
		found = append(found, Finding{check, Failed, "is " + s, "aws dynamodb describe-table --table-name " + name})
	}
	return slices.Concat(found, r.recovery(ctx, check, name), r.expiry(ctx, check, name))
}

func (r *run) recovery(ctx context.Context, check, name string) []Finding {
	out, err := r.Tables.DescribeContinuousBackups(ctx, &ddb.DescribeTableInput{TableName: &name})
	if err != nil {
		return []Finding{unknown(check, err)}
	}
	if out.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus == ddb.Enabled {
		return nil
	}
	return []Finding{{check, Failed, "has no point-in-time recovery", "aws dynamodb update-continuous-backups --table-name " + name + " --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"}}
}

func (r *run) expiry(ctx context.Context, check, name string) []Finding {
	if short, _ := strings.CutPrefix(name, r.Stack+"-"); !slices.Contains(expiring, short) {
		return nil
	}
	out, err := r.Tables.DescribeTimeToLive(ctx, &ddb.DescribeTableInput{TableName: &name})
	if err != nil {
		return []Finding{unknown(check, err)}
	}
	if d := out.TimeToLiveDescription; d.AttributeName == expires && (d.TimeToLiveStatus == ddb.Enabled || d.TimeToLiveStatus == ddb.Enabling) {
		return nil
	}
	return []Finding{{check, Failed, "has no time to live: items are kept for ever", "aws dynamodb update-time-to-live --table-name " + name + " --time-to-live-specification Enabled=true,AttributeName=" + expires}}
}
