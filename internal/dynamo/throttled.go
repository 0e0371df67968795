package dynamo

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/internal/metric"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
)

// CountThrottled has a client count the calls that are throttled.
func CountThrottled(c *ddb.Client, counts *metric.Counts) {
	c.Wire.Tried = func(_ context.Context, in, out any, err error) { countThrottled(counts, in, out, err) }
}

// countThrottled counts what throttled one try of a call. An alarm on AWS's own count would
// never clear: CloudWatch ignores what is missing there.
func countThrottled(counts *metric.Counts, asked, answer any, err error) {
	for _, at := range throttledAt(asked, answer, err) {
		counts.Add(metric.Throttled, metric.Dimension{Name: "table", Value: at.table}, metric.Dimension{Name: "index", Value: at.index})
	}
}

// part is a table, or an index of it.
type part struct{ table, index string }

// noIndex stands for the table itself: a dimension must not be empty.
const noIndex = "-"

// throttledAt says which tables and indexes throttled one try of a call.
func throttledAt(asked, answer any, err error) (all []part) {
	var canceled *ddb.TransactionCanceledException
	if in, ok := asked.(*ddb.TransactWriteItemsInput); ok && errors.As(err, &canceled) {
		for i, why := range canceled.CancellationReasons {
			if throttles(aws.ToString(why.Code)) && i < len(in.TransactItems) {
				all = append(all, part{tableOf(in.TransactItems[i]), noIndex})
			}
		}
		return all
	}
	if out, ok := answer.(*ddb.BatchGetItemOutput); ok && err == nil {
		for table, left := range out.UnprocessedKeys {
			if len(left.Keys) > 0 && len(out.Responses[table]) == 0 { // else it was only too much at once
				all = append(all, part{table, noIndex})
			}
		}
		return all
	}
	var api smithy.APIError
	if !errors.As(err, &api) || !throttles(api.ErrorCode()) {
		return nil
	}
	return partsOf(asked)
}

// throttles reports whether a code of an error, or of why a transaction was canceled, is
// that of a throttled call.
func throttles(code string) bool {
	_, known := retry.DefaultThrottleErrorCodes[code]
	return known || code == "ThrottlingError" || code == "ProvisionedThroughputExceeded"
}

// partsOf are what a call asks for.
func partsOf(asked any) (all []part) {
	switch in := asked.(type) {
	case *ddb.GetItemInput:
		return []part{{aws.ToString(in.TableName), noIndex}}
	case *ddb.PutItemInput:
		return []part{{aws.ToString(in.TableName), noIndex}}
	case *ddb.UpdateItemInput:
		return []part{{aws.ToString(in.TableName), noIndex}}
	case *ddb.DeleteItemInput:
		return []part{{aws.ToString(in.TableName), noIndex}}
	case *ddb.QueryInput:
		return []part{{aws.ToString(in.TableName), indexOf(in.IndexName)}}
	case *ddb.ScanInput:
		return []part{{aws.ToString(in.TableName), indexOf(in.IndexName)}}
	case *ddb.BatchGetItemInput:
		for table := range in.RequestItems {
			all = append(all, part{table, noIndex})
		}
	case *ddb.TransactWriteItemsInput:
		for _, item := range in.TransactItems {
			all = append(all, part{tableOf(item), noIndex})
		}
	}
	slices.SortFunc(all, func(a, b part) int { return strings.Compare(a.table, b.table) })
	return slices.Compact(all)
}

func indexOf(name *string) string {
	if aws.ToString(name) == "" {
		return noIndex
	}
	return *name
}

// tableOf is the table of one item of a transaction.
func tableOf(item ddb.TransactWriteItem) string {
	switch {
	case item.Put != nil:
		return aws.ToString(item.Put.TableName)
	case item.Update != nil:
		return aws.ToString(item.Update.TableName)
	case item.Delete != nil:
		return aws.ToString(item.Delete.TableName)
	case item.ConditionCheck != nil:
		return aws.ToString(item.ConditionCheck.TableName)
	}
	return "-"
}
