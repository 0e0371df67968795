package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// Received implements event.Store.
func (t *Tables) Received(ctx context.Context, q event.Receipts) (page event.Page[event.Stored], err error) {
	first, last := ceil(q.From), ceil(q.To).Add(-time.Millisecond)
	if last.Before(first) {
		return page, nil
	}
	in := &ddb.QueryInput{
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
	its, err := t.page(ctx, in, stamp{"received", millis}, q.Limit, q.Newest)
	if err != nil {
		return page, fmt.Errorf("received: %w", err)
	}
	page.Next, _ = positionOf(in.ExclusiveStartKey, stamp{"received", millis})
	page.Items, err = parseAll(its, readStored)
	return page, err
}

// ByCustomer implements event.Store.
func (t *Tables) ByCustomer(ctx context.Context, q event.ByCustomer) (page event.Page[event.Facts], err error) {
	k, created := indexKey(q.Scope, "customer", q.Customer), stamp{"created", seconds}
	if k == "" {
		return page, nil
	}
	in := &ddb.QueryInput{
		TableName: t.table("events"), IndexName: aws.String("customer"),
		KeyConditionExpression:    aws.String("customer_key = :customer"),
		ExpressionAttributeValues: item{":customer": str(k)},
	}
	if !q.After.IsZero() {
		in.ExclusiveStartKey = item{"id": str(q.After.ID), "customer_key": str(k), "created": str(format(q.After.At, seconds))}
	}
	its, err := t.page(ctx, in, created, q.Limit, true)
	if err != nil {
		return page, fmt.Errorf("events of customer %s: %w", k, err)
	}
	page.Next, _ = positionOf(in.ExclusiveStartKey, created)
	page.Items, err = parseAll(its, readFacts)
	return page, err
}

// Unfinished implements event.Ledger.
func (t *Tables) Unfinished(ctx context.Context, q event.Unfinished) (page event.Page[event.Due], err error) {
	condition := aws.String("#open = :open AND #next < :before")
	open := str(openKey(q.State, q.Shard))
	in := &ddb.QueryInput{
		TableName: t.table("deliveries"), IndexName: aws.String("unfinished"),
		KeyConditionExpression: condition, ExpressionAttributeNames: used(condition),
		ExpressionAttributeValues: item{":open": open, ":before": str(format(ceil(q.Before), millis))},
	}
	if !q.After.IsZero() {
		in.ExclusiveStartKey = item{"id": str(q.After.ID), "open": open, "next": str(format(q.After.At, millis))}
	}
	its, err := t.page(ctx, in, stamp{"next", millis}, q.Limit, q.Newest)
	if err != nil {
		return page, fmt.Errorf("unfinished: %w", err)
	}
	page.Next, _ = positionOf(in.ExclusiveStartKey, stamp{"next", millis})
	for _, it := range its {
		p, _ := positionOf(it, stamp{"next", millis}) // an odd time is left to who reads the record
		action, id, _ := strings.Cut(p.ID, "#")
		page.Items = append(page.Items, event.Due{DeliveryRef: event.DeliveryRef{Action: action, Event: id}, Next: p.At})
	}
	return page, nil
}

// stamp is an attribute with a time, and its layout.
type stamp struct{ name, layout string }

// page is one request of a query, and leaves in ExclusiveStartKey where the next one
// begins. It makes another where that is at an item whose time nobody can read.
func (t *Tables) page(ctx context.Context, in *ddb.QueryInput, at stamp, limit int, newest bool) (its []item, err error) {
	in.Limit, in.ScanIndexForward = aws.Int32(int32(limit)), aws.Bool(!newest) //nolint:gosec // a page's size
	for {
		out, err := t.client.Query(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, it := range out.Items {
			its = append(its, item(it))
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
		if _, ok := positionOf(in.ExclusiveStartKey, at); ok {
			return its, nil
		}
	}
}

// positionOf an item in an index, zero for none; not ok if its time cannot be read.
func positionOf(it item, at stamp) (p event.Position, ok bool) {
	r := &reader{item: it}
	return event.Position{At: r.time(at.name, at.layout), ID: r.str("id")}, r.err == nil
}

// parseAll reads items; the error names those that cannot be read.
func parseAll[T any](its []item, parse func(*reader) T) (all []T, err error) {
	var unreadable []error
	for _, it := range its {
		r := &reader{item: it}
		v := parse(r)
		if r.err != nil {
			unreadable = append(unreadable, fmt.Errorf("event %s: %w", r.str("id"), r.err))
			continue
		}
		all = append(all, v)
	}
	return all, errors.Join(unreadable...)
}
