package doctor

import (
	"context"
	"fmt"
	"strconv"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
)

// Concurrency that each action takes: Lambda allows no less than two for a
// queue, and the template's default is ten.
const (
	leastOfAction   = 2
	defaultOfAction = 10
)

// demand is how many functions of the stack run at once.
type demand struct{ ingest, shards, parallelism, actions, perAction int }

func (d demand) sum(perAction int) int {
	return d.ingest + d.shards*d.parallelism + d.actions*perAction + 1
}

func (d demand) text(perAction int) string {
	return fmt.Sprintf("%d (%d ingest + %s × %d dispatch + %s × %d + 1 reconcile)", d.sum(perAction), d.ingest,
		count(d.shards, "shard", "shards"), d.parallelism, count(d.actions, "action", "actions"), perAction)
}

// concurrency checks the account's quota against what the stack needs. Functions
// above the quota are throttled: Stripe then sees 5xx, and queues wait.
func (r *run) concurrency(ctx context.Context) []Finding {
	const check = "concurrency"
	d, err := r.demand(ctx)
	if err != nil {
		return []Finding{unknown(check, err)}
	}
	limit, err := r.Lambda.GetAccountSettings(ctx)
	if err != nil {
		return []Finding{unknown(check, err)}
	}
	quota, free := limit.ConcurrentExecutions, limit.UnreservedConcurrentExecutions+r.number("IngestConcurrency", 0) // reserved for this stack
	least, most := d.sum(leastOfAction), d.sum(d.perAction)
	has := fmt.Sprintf("the account's quota is %d, of which %d are not reserved for others; ", quota, free)
	raise := "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value " + strconv.Itoa(thousands(most))
	switch {
	case free < least:
		return []Finding{{check, Failed, has + "the stack needs at least " + d.text(leastOfAction), raise}}
	case free < most:
		return []Finding{{check, Warning, has + "under load the stack uses up to " + d.text(d.perAction), raise}}
	}
	return []Finding{{Check: check, Result: OK, Found: has + "the stack uses up to " + d.text(d.perAction)}}
}

// thousands is the next multiple of 1000, at least 1000.
func thousands(n int) int { return max(1, (n+999)/1000) * 1000 }

func (r *run) demand(ctx context.Context) (demand, error) {
	rules, err := r.known(ctx)
	if err != nil {
		return demand{}, err
	}
	queues := len(rules)
	if r.eventSource() != "" {
		queues++ // of the partner bus
	}
	shards, err := r.shards(ctx)
	return demand{
		ingest: max(1, r.number("IngestConcurrency", 0)), shards: shards, parallelism: r.number("DispatchParallelism", 1),
		actions: queues, perAction: max(leastOfAction, r.number("ActionConcurrency", defaultOfAction)),
	}, err
}

// number is a parameter's value, or one for a template without it.
func (r *run) number(parameter string, otherwise int) int {
	if n, err := strconv.Atoi(r.main.parameters[parameter]); err == nil {
		return n
	}
	return otherwise
}

// shards counts the open shards of the stream of events.
func (r *run) shards(ctx context.Context) (open int, err error) {
	name := r.Stack + "-events"
	out, err := r.Tables.DescribeTable(ctx, &ddb.DescribeTableInput{TableName: &name})
	if err != nil {
		return 0, err
	}
	if out.Table.LatestStreamArn == "" {
		return 0, fmt.Errorf("table %s has no stream", name)
	}
	all, err := r.Streams.DescribeStream(ctx, out.Table.LatestStreamArn)
	for _, s := range all {
		if s.SequenceNumberRange.EndingSequenceNumber == "" {
			open++
		}
	}
	return open, err
}
