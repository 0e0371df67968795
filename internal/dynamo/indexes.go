package dynamo

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/payhooks/payhooks/internal/event"
)

// Related implements event.Store.
func (t *Tables) Related(ctx context.Context, scope event.Scope, subject string) ([]event.Facts, error) {
	k := indexKey(scope, "subject", subject)
	if k == "" {
		return nil, nil
	}
	var fs []event.Facts
	for it, err := range t.query(ctx, &dynamodb.QueryInput{
		TableName: t.table("events"), IndexName: aws.String("subject"),
		KeyConditionExpression:    aws.String("subject_key = :subject"),
		ExpressionAttributeValues: item{":subject": str(k)},
	}) {
		r := &reader{item: it}
		var f event.Facts
		if err == nil {
			f, err = readFacts(r), r.err
		}
		if err != nil {
			return nil, fmt.Errorf("related to %s: event %s: %w", k, f.ID, err)
		}
		fs = append(fs, f)
	}
	return fs, nil
}

// ReceivedBetween implements event.Store: one query for each shard, whatever the
// range, earliest first within a shard.
func (t *Tables) ReceivedBetween(ctx context.Context, from, to time.Time) iter.Seq2[event.Stored, error] {
	first, last := ceil(from), ceil(to).Add(-time.Millisecond)
	if last.Before(first) {
		return func(func(event.Stored, error) bool) {}
	}
	return parsed("received", t.received(ctx, first, last), func(it item) (event.Stored, error) {
		r := &reader{item: it}
		s := readStored(r)
		if r.err != nil {
			return s, fmt.Errorf("event %s: %w", s.ID, r.err)
		}
		return s, nil
	})
}

// received yields the items of all shards. An error is the last.
func (t *Tables) received(ctx context.Context, first, last time.Time) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		for n := range uint32(receivedShards) {
			for it, err := range t.query(ctx, &dynamodb.QueryInput{
				TableName: t.table("events"), IndexName: aws.String("received"),
				KeyConditionExpression:   aws.String("#shard = :shard AND received BETWEEN :first AND :last"),
				ExpressionAttributeNames: map[string]string{"#shard": "shard"},
				ExpressionAttributeValues: item{
					":shard": str(receivedKey(n)), ":first": str(format(first, millis)), ":last": str(format(last, millis)),
				},
			}) {
				if !yield(it, err) || err != nil {
					return
				}
			}
		}
	}
}

// ceil is the first whole millisecond that is not before t.
func ceil(t time.Time) time.Time {
	ms := t.UTC().Truncate(time.Millisecond)
	if ms.Before(t) {
		ms = ms.Add(time.Millisecond)
	}
	return ms
}
