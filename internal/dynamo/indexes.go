package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// Related implements event.Store.
func (t *Tables) Related(ctx context.Context, scope event.Scope, subject string) ([]event.Facts, error) {
	k := indexKey(scope, "subject", subject)
	if k == "" {
		return nil, nil
	}
	var fs []event.Facts
	for it, err := range t.query(ctx, &ddb.QueryInput{
		TableName: t.table("events"), IndexName: aws.String("subject"),
		KeyConditionExpression:    aws.String("subject_key = :subject"),
		ExpressionAttributeValues: item{":subject": str(k)},
	}) {
		r := &reader{item: it}
		var f event.Facts
		if err == nil {
			f, err = readFacts(r), r.err
		}
		if may, _ := authorized(err); !may && err != nil {
			return nil, fmt.Errorf("related to %s: %w; set Related: 'on' in the action's block of template.yaml", k, err)
		}
		if err != nil {
			return nil, fmt.Errorf("related to %s: event %s: %w", k, f.ID, err)
		}
		fs = append(fs, f)
	}
	return fs, nil
}

// ceil is the first whole millisecond that is not before t.
func ceil(t time.Time) time.Time {
	ms := t.UTC().Truncate(time.Millisecond)
	if ms.Before(t) {
		ms = ms.Add(time.Millisecond)
	}
	return ms
}
