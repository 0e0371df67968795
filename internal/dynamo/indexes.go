package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/event"
)

// longRange is from how many days on Received reads the whole index instead of
// asking for each day.
const longRange = 31

// Related implements event.Store.
func (t *Tables) Related(ctx context.Context, subject string) ([]event.Facts, error) {
	if subject == "" || len(subject) >= keyLimit {
		return nil, nil
	}
	var fs []event.Facts
	p := dynamodb.NewQueryPaginator(t.client, &dynamodb.QueryInput{
		TableName: t.table("events"), IndexName: aws.String("subject"),
		KeyConditionExpression:    aws.String("subject = :subject"),
		ExpressionAttributeValues: item{":subject": str(subject)},
	})
	for p.HasMorePages() {
		page, err := p.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("related to %s: %w", subject, err)
		}
		for _, it := range page.Items {
			r := &reader{item: it}
			f := readFacts(r)
			if r.err != nil {
				return nil, fmt.Errorf("related to %s: event %s: %w", subject, f.ID, r.err)
			}
			fs = append(fs, f)
		}
	}
	return fs, nil
}

// ReceivedBetween implements event.Store; Expires is not filled in. A range of more
// than a month reads the whole index.
func (t *Tables) ReceivedBetween(ctx context.Context, from, to time.Time, yield func(event.Stored) bool) error {
	first, last := ceil(from), ceil(to).Add(-time.Millisecond)
	if last.Before(first) {
		return nil
	}
	var odd []error
	visit := func(its []map[string]types.AttributeValue) bool {
		for _, it := range its {
			r := &reader{item: it}
			s := readStored(r)
			if r.err != nil {
				odd = append(odd, fmt.Errorf("event %s: %w", s.ID, r.err))
				continue
			}
			if !yield(s) {
				return false
			}
		}
		return true
	}
	err := t.received(ctx, first, last, visit)
	if err == nil { // else it must not look like ErrInvalid
		err = errors.Join(odd...)
	}
	if err != nil {
		return fmt.Errorf("received: %w", err)
	}
	return nil
}

func (t *Tables) received(ctx context.Context, first, last time.Time, visit func([]map[string]types.AttributeValue) bool) error {
	between := item{":first": str(format(first, millis)), ":last": str(format(last, millis))}
	if last.Sub(first) > longRange*24*time.Hour {
		return eachPage(ctx, dynamodb.NewScanPaginator(t.client, &dynamodb.ScanInput{
			TableName: t.table("events"), IndexName: aws.String("day"),
			FilterExpression:          aws.String("received BETWEEN :first AND :last"),
			ExpressionAttributeValues: between,
		}).NextPage, func(p *dynamodb.ScanOutput) (bool, bool) { return visit(p.Items), p.LastEvaluatedKey != nil })
	}
	for at := first.Truncate(24 * time.Hour); !at.After(last); at = at.AddDate(0, 0, 1) {
		for n := range uint32(shards) {
			goOn := true
			err := eachPage(ctx, dynamodb.NewQueryPaginator(t.client, &dynamodb.QueryInput{
				TableName: t.table("events"), IndexName: aws.String("day"),
				KeyConditionExpression:    aws.String("#day = :day AND received BETWEEN :first AND :last"),
				ExpressionAttributeNames:  map[string]string{"#day": "day"},
				ExpressionAttributeValues: item{":day": str(day(at, n)), ":first": between[":first"], ":last": between[":last"]},
			}).NextPage, func(p *dynamodb.QueryOutput) (bool, bool) {
				goOn = visit(p.Items)
				return goOn, p.LastEvaluatedKey != nil
			})
			if err != nil || !goOn {
				return err
			}
		}
	}
	return nil
}

// eachPage visits pages until visit does not want more or there are no more.
func eachPage[P any](ctx context.Context, next func(context.Context, ...func(*dynamodb.Options)) (*P, error), visit func(*P) (goOn, more bool)) error {
	for {
		page, err := next(ctx)
		if err != nil {
			return err
		}
		if goOn, more := visit(page); !goOn || !more {
			return nil
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
