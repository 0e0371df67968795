package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/payhooks/payhooks/internal/event"
)

// Received implements event.Store.
func (t *Tables) Received(ctx context.Context, q event.Receipts) (page event.Page[event.Stored], err error) {
	first, last := ceil(q.From), ceil(q.To).Add(-time.Millisecond)
	if last.Before(first) {
		return page, nil
	}
	in := &dynamodb.QueryInput{
		TableName: t.table("events"), IndexName: aws.String("received"),
		KeyConditionExpression:   aws.String("#shard = :shard AND received BETWEEN :first AND :last"),
		ExpressionAttributeNames: map[string]string{"#shard": "shard"},
		ExpressionAttributeValues: item{
			":shard": str(receivedKey(q.Shard)), ":first": str(format(first, millis)), ":last": str(format(last, millis)),
		},
	}
	if !q.After.IsZero() {
		in.ExclusiveStartKey = item{"id": str(q.After.ID), "shard": str(receivedKey(q.Shard)), "received": str(format(q.After.At, millis))}
	}
	its, err := t.page(ctx, in, "received", q.Limit, q.Newest)
	if err != nil {
		return page, fmt.Errorf("received: %w", err)
	}
	page.Next, _ = positionOf(in.ExclusiveStartKey, "received")
	page.Items, err = parseAll(its, readStored)
	return page, err
}

// Unfinished implements event.Ledger.
func (t *Tables) Unfinished(ctx context.Context, q event.Unfinished) (page event.Page[event.Due], err error) {
	condition := aws.String("#open = :open AND #next < :before")
	open := str(openKey(q.State, q.Shard))
	in := &dynamodb.QueryInput{
		TableName: t.table("deliveries"), IndexName: aws.String("unfinished"),
		KeyConditionExpression: condition, ExpressionAttributeNames: used(condition),
		ExpressionAttributeValues: item{":open": open, ":before": str(format(ceil(q.Before), millis))},
	}
	if !q.After.IsZero() {
		in.ExclusiveStartKey = item{"id": str(q.After.ID), "open": open, "next": str(format(q.After.At, millis))}
	}
	its, err := t.page(ctx, in, "next", q.Limit, q.Newest)
	if err != nil {
		return page, fmt.Errorf("unfinished: %w", err)
	}
	page.Next, _ = positionOf(in.ExclusiveStartKey, "next")
	for _, it := range its {
		p, _ := positionOf(it, "next") // an odd time is left to who reads the record
		action, id, _ := strings.Cut(p.ID, "#")
		page.Items = append(page.Items, event.Due{DeliveryRef: event.DeliveryRef{Action: action, Event: id}, Next: p.At})
	}
	return page, nil
}

// page is one request of a query, and leaves in ExclusiveStartKey where the next one
// begins. It makes another where that is at an item whose time nobody can read.
func (t *Tables) page(ctx context.Context, in *dynamodb.QueryInput, at string, limit int, newest bool) (its []item, err error) {
	in.Limit, in.ScanIndexForward = aws.Int32(int32(limit)), aws.Bool(!newest) //nolint:gosec // a page's size
	for {
		out, err := t.client.Query(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, it := range out.Items {
			its = append(its, it)
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
		if _, ok := positionOf(in.ExclusiveStartKey, at); ok {
			return its, nil
		}
	}
}

// positionOf an item in an index, zero for none; not ok if its time cannot be read.
func positionOf(it item, at string) (p event.Position, ok bool) {
	r := &reader{item: it}
	return event.Position{At: r.time(at, millis), ID: r.str("id")}, r.err == nil
}

// parseAll reads events; the error names those that cannot be read.
func parseAll(its []item, parse func(*reader) event.Stored) (all []event.Stored, err error) {
	var unreadable []error
	for _, it := range its {
		r := &reader{item: it}
		s := parse(r)
		if r.err != nil {
			unreadable = append(unreadable, fmt.Errorf("event %s: %w", s.ID, r.err))
			continue
		}
		all = append(all, s)
	}
	return all, errors.Join(unreadable...)
}
